// find-browser.mjs: prints the path of the browser that tests and commands use, see browser.mjs
import { ensureBrowser } from './browser.mjs';

try {
  console.log((await ensureBrowser()).path);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
