import texelsShader from '../../shaders/render/texels.wgsl';
import type { FieldRequest } from '../engine/engine.ts';
import type { GpuField } from '../engine/gpu-field.ts';
import { checkShader, type CheckedShader, type RenderPipeline } from '../gpu/checked-shader.ts';
import { BufferUsage, TextureUsage } from '../gpu/flags.ts';
import type { Scope } from '../gpu/scope.ts';
import { packUniform } from '../wgsl/pack.ts';
import { colorScale } from './color-scale.ts';
import { paletteImage, type PaletteName } from './palette.ts';
import type { PaintStyle, Quantity } from './style.ts';

type Buffers = GpuField['buffers'];

const FORMAT = 'rgba8unorm';

/** Narrower ranges are this wide, so that their inverse is a float32. */
const LEAST_RANGE = 1e-30;

/** Fragment entry of a quantity, and the buffers it reads. */
const SOURCES: Readonly<
  Record<Quantity, readonly [entry: string, ...buffers: ('exponents' | 'statuses' | 'outputs')[]]>
> = {
  exponent: ['exponent_fragment', 'exponents', 'statuses'],
  'second-exponent': ['second_exponent_fragment', 'exponents', 'statuses'],
  direction: ['direction_fragment', 'exponents', 'statuses'],
  output: ['output_fragment', 'outputs', 'statuses'],
  class: ['class_fragment', 'statuses', 'outputs'],
};

/**
 * A field as a texture of its own size, and the palette that colours it. Drawn anew only when what it
 * shows has changed: a canvas is painted more often, and has more pixels.
 */
export class FieldTexture {
  readonly #args: GPUBuffer;
  readonly #samplers: Readonly<Record<GPUFilterMode, GPUSampler>>;
  #texels: GPUTexture | null = null;
  #palette: GPUTexture | null = null;
  #paletteName: PaletteName | null = null;
  #filter: GPUFilterMode = 'linear';
  #shown: { buffers: Buffers; key: string } | null = null;
  /** What the shader that paints binds. */
  #resources: Record<string, GPUTextureView | GPUSampler> = {};

  private constructor(
    private readonly scope: Scope,
    private readonly shader: CheckedShader,
  ) {
    const { argsLayout } = this.#pipeline('exponent');
    const usage = BufferUsage.uniform | BufferUsage.copyDst;
    this.#args = scope.buffer('texels/args', argsLayout.byteLength, usage);
    const sampler = (filter: GPUFilterMode): GPUSampler =>
      scope.device.createSampler({ magFilter: filter, minFilter: filter });
    this.#samplers = { nearest: sampler('nearest'), linear: sampler('linear') };
  }

  static async create(scope: Scope): Promise<FieldTexture> {
    return new FieldTexture(scope, await checkShader(scope.device, texelsShader));
  }

  /**
   * Records what it takes to show this content in this style.
   *
   * @returns what render/field.wgsl binds beside `args`; the same object as long as it is the same.
   */
  update(
    encoder: GPUCommandEncoder,
    buffers: Buffers,
    request: FieldRequest,
    style: PaintStyle,
  ): Readonly<Record<string, GPUTextureView | GPUSampler>> {
    const { quantity, colormap, range, scale, outputIndex } = style;
    const isScalar = quantity !== 'direction' && quantity !== 'class';
    this.#reserve(
      request,
      isScalar ? colormap : quantity,
      quantity === 'class' ? 'nearest' : 'linear',
    );
    const key = [quantity, colormap, ...range, scale, outputIndex].join(' ');
    if (this.#shown?.buffers !== buffers || this.#shown.key !== key) {
      this.#shown = { buffers, key };
      this.#draw(encoder, buffers, request, style);
    }
    return this.#resources;
  }

  #draw(
    encoder: GPUCommandEncoder,
    buffers: Buffers,
    { width }: FieldRequest,
    { quantity, colormap, range, scale, outputIndex }: PaintStyle,
  ): void {
    const pipeline = this.#pipeline(quantity);
    const { outputWidth } = buffers;
    // Exponents are compared with the range before they are scaled.
    const factor = quantity === 'output' ? 1 : scale;
    const { centre, middle, below, above } = colorScale(colormap, range);
    const bytes = packUniform(pipeline.argsLayout, {
      width,
      outputWidth,
      outputIndex: Math.min(outputIndex, outputWidth - 1),
      centre: centre / factor,
      middle,
      inverseBelow: factor / Math.max(below, LEAST_RANGE),
      inverseAbove: factor / Math.max(above, LEAST_RANGE),
    });
    this.scope.device.queue.writeBuffer(this.#args, 0, bytes);
    const pass = encoder.beginRenderPass({
      label: 'ftle-map/texels',
      colorAttachments: [{ view: this.#texels!.createView(), loadOp: 'clear', storeOp: 'store' }],
    });
    pass.setPipeline(pipeline.pipeline);
    const sources = SOURCES[quantity].slice(1) as (keyof Buffers)[];
    const bound = Object.fromEntries(sources.map((name) => [name, buffers[name] as GPUBuffer]));
    pipeline
      .bind({ args: this.#args, ...bound })
      .forEach((group, index) => pass.setBindGroup(index, group));
    pass.draw(3);
    pass.end();
  }

  /** Textures of the size and the palette that are needed, with their bindings. */
  #reserve({ width, height }: FieldRequest, name: PaletteName, filter: GPUFilterMode): void {
    const texels = this.#texels;
    const isLarge = texels?.width === width && texels.height === height;
    if (isLarge && name === this.#paletteName && this.#filter === filter) return;
    if (!isLarge) {
      this.scope.release(texels);
      const usage = TextureUsage.renderAttachment | TextureUsage.textureBinding;
      this.#texels = this.#texture('texels', width, height, usage);
      this.#shown = null;
    }
    if (name !== this.#paletteName) {
      this.scope.release(this.#palette);
      const { data, ...size } = paletteImage(name);
      const usage = TextureUsage.copyDst | TextureUsage.textureBinding;
      this.#palette = this.#texture('palette', size.width, size.height, usage);
      const layout = { bytesPerRow: 4 * size.width };
      this.scope.device.queue.writeTexture({ texture: this.#palette }, data, layout, size);
      this.#paletteName = name;
    }
    this.#filter = filter;
    this.#resources = {
      texels: this.#texels!.createView(),
      filtering: this.#samplers[filter],
      palette: this.#palette!.createView(),
      nearest: this.#samplers.nearest,
    };
  }

  #texture(name: string, width: number, height: number, usage: GPUTextureUsageFlags): GPUTexture {
    const label = `${this.scope.label}/${name}`;
    const texture = this.scope.device.createTexture({
      label,
      size: { width, height },
      format: FORMAT,
      usage,
    });
    return this.scope.own(texture, 4 * width * height);
  }

  #pipeline(quantity: Quantity): RenderPipeline {
    return this.shader.render('texel_vertex', SOURCES[quantity][0], FORMAT);
  }
}
