// dawn-adapter.mjs: prints all that the adapter says of itself which Dawn in Node takes
//
// In a process of its own, for Dawn's threads keep one alive.
import { create } from 'webgpu';

const adapter = await create([]).requestAdapter({ powerPreference: 'high-performance' });
const { vendor, architecture, device, description } = adapter?.info ?? {};
const words = [vendor, architecture, device, description].filter(Boolean).join(' ');
process.stdout.write(words, () => process.exit(0));
