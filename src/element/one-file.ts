import './define.ts';
import { FtleMapElement } from './ftle-map.ts';

// This module is built into a file that imports no other: its address is all that another page needs.
FtleMapElement.script = import.meta.url;
