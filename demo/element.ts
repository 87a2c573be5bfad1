// The element of the pages, and the file that another page needs for the tag: tools/site.mjs puts it beside them.
import { FtleMapElement } from 'ftle-map/element';
import 'ftle-map/define';

FtleMapElement.script = 'ftle-map.js';
