import { FtleMapElement } from './ftle-map.ts';

if (!customElements.get('ftle-map')) customElements.define('ftle-map', FtleMapElement);
