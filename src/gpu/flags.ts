/** Usage bits of the WebGPU standard, spelt out because only browsers define them as globals. */
export const BufferUsage = {
  mapRead: 0x0001,
  copySrc: 0x0004,
  copyDst: 0x0008,
  index: 0x0010,
  uniform: 0x0040,
  storage: 0x0080,
  indirect: 0x0100,
  queryResolve: 0x0200,
} as const;

export const TextureUsage = {
  copyDst: 0x02,
  textureBinding: 0x04,
  renderAttachment: 0x10,
} as const;

export const ShaderStage = { vertex: 1, fragment: 2, compute: 4 } as const;

export const MapMode = { read: 1 } as const;
