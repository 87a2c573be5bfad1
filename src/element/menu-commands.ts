import { asError } from '../errors.ts';
import { NETWORK_FILE } from '../files/file-options.ts';
import type { MapAnswers } from './answers.ts';
import type { CopyKind, FtleMapEventName, FtleMapEvents } from './events.ts';
import type { MapLink } from './link-keeper.ts';
import { Menu, type MenuItem } from './menu.ts';

/** Whose commands these are. */
export interface CommandHost {
  readonly map: MapAnswers;
  /** A link to the map as it is; null if it follows none. */
  readonly link: () => Promise<MapLink | null>;
  readonly hasLink: () => boolean;
  /** Takes files as if they were dropped onto the map. */
  readonly open: (files: readonly File[]) => void;
  /** Says something over the map, and to screen readers. */
  readonly tell: (text: string) => void;
  readonly dispatch: <N extends FtleMapEventName>(name: N, detail: FtleMapEvents[N]) => void;
}

interface Copy {
  readonly label: string;
  readonly type: 'image/png' | 'text/plain';
  readonly write: (host: CommandHost) => Promise<{ content: Blob | string; note?: string }>;
}

interface Save {
  readonly label: string;
  readonly file: string;
  readonly write: (map: MapAnswers) => Promise<Blob>;
}

const COPIES: Readonly<Record<CopyKind, Copy>> = {
  image: {
    label: 'Copy image',
    type: 'image/png',
    write: async ({ map }) => ({ content: await map.toBlob() }),
  },
  link: {
    label: 'Copy link',
    type: 'text/plain',
    write: async ({ link }) => {
      const found = await link();
      if (!found) throw new Error('the map follows no links any more');
      return { content: found.address, note: found.notes.join(' ') };
    },
  },
  python: {
    label: 'Copy as Python',
    type: 'text/plain',
    write: async ({ map }) => ({
      content: await map.pythonCode(),
      note: `It reads ${NETWORK_FILE}: save the network too.`,
    }),
  },
  html: {
    label: 'Copy as HTML',
    type: 'text/plain',
    write: async ({ map }) => ({ content: await map.embedCode() }),
  },
};

const SAVES: Readonly<Record<string, Save>> = {
  png: {
    label: 'Save as PNG',
    file: 'map.png',
    write: (map) => map.toBlob({ type: 'image/png', colorbar: !map.noColorbar }),
  },
  svg: {
    label: 'Save as SVG',
    file: 'map.svg',
    write: (map) => map.toBlob({ type: 'image/svg+xml', colorbar: !map.noColorbar }),
  },
  npy: {
    label: 'Save as NPY',
    file: 'map.npy',
    write: (map) => map.toBlob({ type: 'application/x-npy' }),
  },
  network: {
    label: 'Save network',
    file: NETWORK_FILE,
    write: (map) => map.networkBlob('safetensors'),
  },
};

/** Dropping by keyboard. */
const OPEN = { name: 'open', group: 'open', label: 'Open file…' } as const;

/** A menu of what can be done with a map at present, which is closed yet. */
export function createMapMenu(shadow: ShadowRoot, host: CommandHost): Menu {
  const items = listItems(host);
  return new Menu(shadow, 'Save, copy, open', items, (name) => void runCommand(name, host));
}

function listItems({ hasLink }: CommandHost): MenuItem[] {
  const saves = Object.entries(SAVES).map(([name, { label }]) => ({ name, group: 'save', label }));
  const copies = Object.entries(COPIES).map(([name, { label }]) => ({
    name,
    group: 'code',
    label,
  }));
  const [image, ...codes] = copies;
  return [
    { ...image, group: 'save' },
    ...saves,
    ...codes.filter(({ name }) => name !== 'link' || hasLink()),
    OPEN,
  ];
}

/** Does what an item says, and tells how it went. */
async function runCommand(name: string, host: CommandHost): Promise<void> {
  try {
    if (name === OPEN.name) askForFiles(host);
    else if (Object.hasOwn(COPIES, name)) await copy(name as CopyKind, host);
    else await save(SAVES[name], host);
  } catch (error) {
    host.tell(asError(error).message);
  }
}

/** Has the user choose files; a model and its data may be several. */
function askForFiles({ open }: CommandHost): void {
  const input = document.createElement('input');
  input.type = 'file';
  input.multiple = true;
  input.addEventListener('change', () => {
    if (input.files!.length > 0) open([...input.files!]);
  });
  input.click();
}

async function save({ file, write }: Save, { map, tell, dispatch }: CommandHost): Promise<void> {
  tell(`Computing ${file} …`);
  const blob = await write(map);
  offerFile(blob, file);
  tell(`Saved ${file}`);
  dispatch('ftle-save', { name: file, blob });
}

/** Has the browser save a file. */
function offerFile(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}

async function copy(kind: CopyKind, host: CommandHost): Promise<void> {
  const { type, write } = COPIES[kind];
  // Some browsers want the clipboard asked within the user's act, before the content is there.
  const writing = write(host);
  const content = writing.then((written) => new Blob([written.content], { type }));
  // A failure to write is told below, also where the clipboard is refused before.
  content.catch(() => undefined);
  const refused = await putOnClipboard(type, content).then(
    () => null,
    (error: unknown) => asError(error),
  );
  const { note = '' } = await writing;
  if (refused) {
    const reason = isSecureContext ? refused.message : 'the page is not served over https';
    throw new Error(`Nothing copied, the browser refuses the clipboard: ${reason}`);
  }
  host.tell(`Copied. ${note}`.trim());
  host.dispatch('ftle-copy', { kind });
}

async function putOnClipboard(type: Copy['type'], content: Promise<Blob>): Promise<void> {
  // Pages that are not served over https have none.
  const clipboard = navigator.clipboard as Clipboard | undefined;
  if (!clipboard) throw new Error('there is none');
  await clipboard.write([new ClipboardItem({ [type]: content })]);
}
