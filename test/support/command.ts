import { spawn, type ChildProcess } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll } from 'vitest';
import { findBrowser } from '../../tools/browser.mjs';
import { writeNetworkJson } from '../../src/files/json.ts';
import { parseArchitecture, type ArchitectureOptions } from '../../src/model/architecture.ts';
import type { Network } from '../../src/model/network.ts';
import { initialiseNetwork } from '../../src/model/parameters.ts';

const COMMAND = resolve(import.meta.dirname, '../../dist/cli/main.js');

/** How a command ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when stderr holds this. */
  heard(pattern: RegExp): Promise<void>;
}

/** A folder of its own for the tests of a file, removed after them, and the command run in it. */
export class Workplace {
  readonly folder = mkdtempSync(join(tmpdir(), 'ftle-map-cli-'));

  constructor() {
    afterAll(() => rmSync(this.folder, { recursive: true, force: true }));
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  write(name: string, content: string | Uint8Array): string {
    writeFileSync(this.path(name), content);
    return name;
  }

  read(name: string): Uint8Array {
    return new Uint8Array(readFileSync(this.path(name)));
  }

  /** Names of all files, hidden ones too. */
  list(): string[] {
    return readdirSync(this.folder).sort();
  }

  /** A network with random weights, as a file. */
  network(
    name: string,
    architecture: string,
    options: ArchitectureOptions & { readonly variance?: number } = {},
  ): Network {
    const { variance = 2, ...rest } = options;
    const spec = parseArchitecture(architecture, rest);
    const network = initialiseNetwork(spec, 5, { scheme: 'gaussian', variance });
    this.write(name, writeNetworkJson(network));
    return network;
  }

  /** @param output - a file that is open, to which stdout goes. */
  start(
    args: readonly string[],
    env: NodeJS.ProcessEnv = {},
    output: number | 'pipe' = 'pipe',
  ): Running {
    const child = spawn(process.execPath, [COMMAND, ...args], {
      cwd: this.folder,
      env: { ...process.env, ...env },
      stdio: ['ignore', output, 'pipe'],
    });
    let [stdout, stderr] = ['', ''];
    const listeners = new Set<() => void>();
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      for (const listener of listeners) listener();
    });
    const ended = new Promise<Ended>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code) => resolve({ code, stdout, stderr }));
    });
    return {
      process: child,
      ended,
      heard: (pattern) =>
        new Promise((resolve, reject) => {
          const look = (): void => {
            if (pattern.test(stderr)) resolve();
          };
          listeners.add(look);
          look();
          void ended.then(() => reject(new Error(`it ended before it said ${pattern}: ${stderr}`)));
        }),
    };
  }

  run(
    args: readonly string[],
    env: NodeJS.ProcessEnv = {},
    output: number | 'pipe' = 'pipe',
  ): Promise<Ended> {
    return this.start(args, env, output).ended;
  }

  /** Runs a command that must succeed, with `--json`; what it prints. */
  async json<T extends object = Record<string, unknown>>(
    args: readonly string[],
    env: NodeJS.ProcessEnv = {},
  ): Promise<T> {
    const { code, stdout, stderr } = await this.run([...args, '--json'], env);
    if (code !== 0) throw new Error(`ftle ${args.join(' ')} ends with ${code}: ${stderr}`);
    const lines = stdout.trimEnd().split('\n');
    if (lines.length !== 1) throw new Error(`${lines.length} lines instead of one JSON object`);
    return JSON.parse(lines[0]) as T;
  }
}

/** The environment in which Dawn finds a software adapter where there is no other: that of the browser. */
export function dawnEnvironment(): NodeJS.ProcessEnv {
  if (process.env.VK_ICD_FILENAMES) return {};
  const browser = findBrowser();
  const folders = ['/usr/lib/chromium', ...(browser ? [dirname(realpathSync(browser.path))] : [])];
  const driver = folders.map((folder) => join(folder, 'vk_swiftshader_icd.json')).find(existsSync);
  return driver ? { VK_ICD_FILENAMES: driver } : {};
}
