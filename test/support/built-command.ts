import { ensureCli } from '../../tools/build-cli.mjs';

/** Global set-up of the tests of the command: builds it, unless that has been done. */
export async function setup(): Promise<void> {
  await ensureCli((line) => console.log(line));
}
