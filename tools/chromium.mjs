// chromium.mjs: how tests, benches and commands start Chromium so that it has WebGPU
//
//   FTLE_GPU=hardware   the machine's GPU
//   FTLE_GPU=software   SwiftShader, on the CPU
//   FTLE_GPU=auto       the GPU if a page gets an adapter on it, SwiftShader otherwise (default)
import { readdirSync } from 'node:fs';
import { chromium } from 'playwright';

/** @typedef {'hardware' | 'software'} GpuKind */

/** With the first of them timestamps are not rounded either. */
const COMMON = ['--enable-unsafe-webgpu', '--ignore-gpu-blocklist'];

/** With fewer flags a presented canvas loses its device. */
const SOFTWARE = [
  ...COMMON,
  '--enable-gpu',
  '--enable-features=Vulkan',
  '--use-vulkan=swiftshader',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  // Else it compiles an instruction for each number of workgroup memory, to set it to 0, where a loop does.
  '--disable-dawn-features=use_vulkan_zero_initialize_workgroup_memory_extension',
];

const HARDWARE =
  process.platform === 'linux'
    ? [...COMMON, '--enable-gpu', '--enable-features=Vulkan', '--use-angle=vulkan']
    : COMMON;

/**
 * Playwright's launch options for that browser and GPU.
 *
 * @param {string} executablePath - a full Chrome or Chromium: its headless shell has no WebGPU.
 * @param {GpuKind} gpu
 */
export function launchOptions(executablePath, gpu) {
  const isRoot = process.getuid?.() === 0;
  return {
    executablePath,
    headless: true,
    args: [...(gpu === 'software' ? SOFTWARE : HARDWARE), ...(isRoot ? ['--no-sandbox'] : [])],
  };
}

/**
 * Reads FTLE_GPU; for `auto` it tries.
 *
 * @param {string} executablePath
 * @returns {Promise<GpuKind>}
 */
export async function chooseGpu(executablePath) {
  const wish = process.env['FTLE_GPU'] ?? 'auto';
  if (wish === 'hardware' || wish === 'software') return wish;
  if (wish !== 'auto') {
    throw new Error(`FTLE_GPU is ${wish}, but must be hardware, software or auto`);
  }
  if (!mayHaveGpu()) return 'software';
  const adapter = await describeAdapter(executablePath, 'hardware');
  return adapter === null || /swiftshader|llvmpipe|basic render/i.test(adapter)
    ? 'software'
    : 'hardware';
}

/** On Linux a GPU has a device file; elsewhere only trying tells. */
function mayHaveGpu() {
  if (process.platform !== 'linux') return true;
  const list = (/** @type {string} */ folder) => {
    try {
      return readdirSync(folder);
    } catch {
      return [];
    }
  };
  return (
    list('/dev/dri').some((name) => name.startsWith('renderD')) ||
    list('/dev').some((name) => /^nvidia\d+$/.test(name))
  );
}

/**
 * Name of the adapter that a page gets; null without one.
 *
 * @param {string} executablePath
 * @param {GpuKind} gpu
 * @returns {Promise<string | null>}
 */
export async function describeAdapter(executablePath, gpu) {
  const browser = await chromium.launch(launchOptions(executablePath, gpu));
  try {
    return await adapterOf(browser);
  } finally {
    await browser.close();
  }
}

/** Likewise in a browser that is open. @param {import('playwright').Browser} browser @returns {Promise<string | null>} */
export async function adapterOf(browser) {
  const page = await browser.newPage();
  try {
    // WebGPU is only there in a secure context, such as this host; the request never leaves.
    await page.route('http://localhost/', (route) =>
      route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }),
    );
    await page.goto('http://localhost/');
    return await page.evaluate(async () => {
      const adapter = await navigator.gpu?.requestAdapter({ powerPreference: 'high-performance' });
      if (!adapter) return null;
      const { vendor, architecture, device, description } = adapter.info;
      return [vendor, architecture, device, description].filter(Boolean).join(' ');
    });
  } finally {
    await page.close();
  }
}
