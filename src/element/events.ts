import type { TrainingStatus } from '../engine/engine.ts';
import type { FrameInfo } from './listener.ts';
import type { LoadedFile } from './plan.ts';
import type { Probe } from './probe.ts';
import type { DomainList } from './settings.ts';

/** What the menu copies. */
export type CopyKind = 'image' | 'link' | 'python' | 'html';

/** Events of the element, each a CustomEvent that bubbles and crosses shadow boundaries. */
export interface FtleMapEvents {
  /** The first picture is there. */
  'ftle-ready': { readonly backend: 'webgpu' | 'cpu'; readonly description: string };
  /** A network was read from `src` or from files. */
  'ftle-load': LoadedFile;
  /** Loss and accuracy were evaluated. */
  'ftle-training': TrainingStatus;
  /** A frame was painted. */
  'ftle-frame': FrameInfo;
  /** The CPU computes because there is no WebGPU. */
  'ftle-fallback': { readonly reason: string };
  /** Something is wrong; the message is shown in the element too. */
  'ftle-error': { readonly error: Error };
  /** Training diverged and has stopped; the last finite weights are shown. */
  'ftle-diverged': TrainingStatus;
  /** The user started training with the controls. */
  'ftle-play': null;
  /** The user stopped training with the controls. */
  'ftle-pause': null;
  /** The user took the network back to its start values with the controls. */
  'ftle-reset': null;
  /** The user changed a property with the controls, or `files` by dropping some. */
  'ftle-change': { readonly name: string };
  /** The user moved the view to this rectangle, which is the property `domain` now; after Home that is what the page gave, null if nothing. */
  'ftle-view': { readonly domain: DomainList };
  /** The user saved a file with the menu. */
  'ftle-save': { readonly name: string; readonly blob: Blob };
  /** The user copied something with the menu. */
  'ftle-copy': { readonly kind: CopyKind };
  /** The user clicked a point of the map. */
  'ftle-select': Probe;
}

export type FtleMapEventName = keyof FtleMapEvents;

declare global {
  interface HTMLElementEventMap {
    'ftle-ready': CustomEvent<FtleMapEvents['ftle-ready']>;
    'ftle-load': CustomEvent<FtleMapEvents['ftle-load']>;
    'ftle-training': CustomEvent<FtleMapEvents['ftle-training']>;
    'ftle-frame': CustomEvent<FtleMapEvents['ftle-frame']>;
    'ftle-fallback': CustomEvent<FtleMapEvents['ftle-fallback']>;
    'ftle-error': CustomEvent<FtleMapEvents['ftle-error']>;
    'ftle-diverged': CustomEvent<FtleMapEvents['ftle-diverged']>;
    'ftle-play': CustomEvent<FtleMapEvents['ftle-play']>;
    'ftle-pause': CustomEvent<FtleMapEvents['ftle-pause']>;
    'ftle-reset': CustomEvent<FtleMapEvents['ftle-reset']>;
    'ftle-change': CustomEvent<FtleMapEvents['ftle-change']>;
    'ftle-view': CustomEvent<FtleMapEvents['ftle-view']>;
    'ftle-save': CustomEvent<FtleMapEvents['ftle-save']>;
    'ftle-copy': CustomEvent<FtleMapEvents['ftle-copy']>;
    'ftle-select': CustomEvent<FtleMapEvents['ftle-select']>;
  }
}
