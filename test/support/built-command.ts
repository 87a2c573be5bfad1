import { ensureCli } from '../../tools/build-cli.mjs';

/** Global set-up of the tests of the command: builds it, unless that has been done. */
export async function setup(): Promise<void> {
  // As a user builds it, not as the test runner would.
  const environment = process.env.NODE_ENV;
  process.env.NODE_ENV = 'production';
  await ensureCli((line) => console.log(line));
  process.env.NODE_ENV = environment;
}
