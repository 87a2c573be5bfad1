import overlaidShader from '../../shaders/render/overlaid.wgsl';
import texelsShader from '../../shaders/render/overlay-texels.wgsl';
import type { FieldRequest } from '../engine/engine.ts';
import type { GpuField } from '../engine/gpu-field.ts';
import { GpuStreaks } from '../engine/gpu-streaks.ts';
import { checkShader, type CheckedShader } from '../gpu/checked-shader.ts';
import { BufferUsage, TextureUsage } from '../gpu/flags.ts';
import type { Scope } from '../gpu/scope.ts';
import { packUniform } from '../wgsl/pack.ts';
import { hasRegions, type OverlayStyle } from './overlay-color.ts';

type Buffers = GpuField['buffers'];

/** Fragment entry, format, and the texel that changes nothing. */
const KINDS = {
  tint: { entry: 'tint_fragment', format: 'rgba8unorm', neutral: [0, 0, 0, 0] },
  streaks: { entry: 'streak_fragment', format: 'r8unorm', neutral: [128] },
} as const;
type Kind = keyof typeof KINDS;

/** What lies over a field, as textures of its size that are drawn anew only when the field changes. */
export class FieldOverlay {
  readonly #args: GPUBuffer;
  readonly #neutral: Readonly<Record<Kind, GPUTextureView>>;
  readonly #textures: Record<Kind, GPUTexture | null> = { tint: null, streaks: null };
  readonly #shown: Record<Kind, { buffers: Buffers; grain: number } | null> = {
    tint: null,
    streaks: null,
  };
  /** The same view for the same texture, so that bindings stay good. */
  readonly #cachedViews = new Map<Kind, GPUTextureView>();
  #views: Readonly<Record<Kind, GPUTextureView>>;

  private constructor(
    private readonly scope: Scope,
    /** Paints the field with what lies over it; entries as of render/field.wgsl. */
    readonly shader: CheckedShader,
    private readonly texels: CheckedShader,
    private readonly streaks: GpuStreaks,
    private readonly colors: GPUBuffer,
  ) {
    const { argsLayout } = this.#pipeline('tint');
    const usage = BufferUsage.uniform | BufferUsage.copyDst;
    this.#args = scope.buffer('overlay/args', argsLayout.byteLength, usage);
    this.#neutral = { tint: this.#createNeutral('tint'), streaks: this.#createNeutral('streaks') };
    this.#views = this.#neutral;
  }

  /**
   * @param scope - owns all that is created.
   * @param colors - of the classes, as render/overlay-texels.wgsl has them.
   */
  static async create(scope: Scope, colors: GPUBuffer): Promise<FieldOverlay> {
    const { device } = scope;
    const [overlaid, texels, streaks] = await Promise.all([
      checkShader(device, overlaidShader),
      checkShader(device, texelsShader),
      GpuStreaks.create(scope),
    ]);
    return new FieldOverlay(scope, overlaid, texels, streaks, colors);
  }

  /**
   * Records what it takes to show this content in this style.
   *
   * @param grain - width of streaks in pixels of the field.
   * @returns what render/overlaid.wgsl binds beside the resources of render/field.wgsl.
   */
  update(
    encoder: GPUCommandEncoder,
    buffers: Buffers,
    request: FieldRequest,
    style: OverlayStyle,
    grain: number,
  ): Readonly<Record<Kind, GPUTextureView>> {
    const views = { ...this.#neutral };
    const { statuses, outputs } = buffers;
    if (hasRegions(style)) {
      views.tint = this.#update('tint', encoder, buffers, request, 1, () => ({
        statuses,
        outputs,
        colors: this.colors,
      }));
    }
    if (style.directions === 'convolution') {
      views.streaks = this.#update('streaks', encoder, buffers, request, grain, () => ({
        streaks: this.streaks.record(encoder, buffers, request, grain),
      }));
    }
    const isSame = views.tint === this.#views.tint && views.streaks === this.#views.streaks;
    return (this.#views = isSame ? this.#views : views);
  }

  #update(
    kind: Kind,
    encoder: GPUCommandEncoder,
    buffers: Buffers,
    { width, height }: FieldRequest,
    grain: number,
    sources: () => Record<string, GPUBuffer>,
  ): GPUTextureView {
    let texture = this.#textures[kind];
    if (texture?.width !== width || texture.height !== height) {
      this.scope.release(texture);
      texture = this.#createTexture(kind, width, height);
      this.#textures[kind] = texture;
      this.#shown[kind] = null;
      this.#cachedViews.delete(kind);
    }
    const shown = this.#shown[kind];
    if (shown?.buffers !== buffers || shown.grain !== grain) {
      this.#shown[kind] = { buffers, grain };
      this.#draw(kind, encoder, texture, buffers, sources());
    }
    let view = this.#cachedViews.get(kind);
    if (!view) this.#cachedViews.set(kind, (view = texture.createView()));
    return view;
  }

  #draw(
    kind: Kind,
    encoder: GPUCommandEncoder,
    texture: GPUTexture,
    { outputWidth }: Buffers,
    sources: Record<string, GPUBuffer>,
  ): void {
    const pipeline = this.#pipeline(kind);
    const bytes = packUniform(pipeline.argsLayout, { width: texture.width, outputWidth });
    this.scope.device.queue.writeBuffer(this.#args, 0, bytes);
    const pass = encoder.beginRenderPass({
      label: `ftle-map/${kind}`,
      colorAttachments: [{ view: texture.createView(), loadOp: 'clear', storeOp: 'store' }],
    });
    pass.setPipeline(pipeline.pipeline);
    pipeline
      .bind({ args: this.#args, ...sources })
      .forEach((group, index) => pass.setBindGroup(index, group));
    pass.draw(3);
    pass.end();
  }

  #pipeline(kind: Kind) {
    const { entry, format } = KINDS[kind];
    return this.texels.render('overlay_vertex', entry, format);
  }

  #createNeutral(kind: Kind): GPUTextureView {
    const texture = this.#createTexture(kind, 1, 1);
    const texel = Uint8Array.from(KINDS[kind].neutral);
    this.scope.device.queue.writeTexture({ texture }, texel, {}, { width: 1, height: 1 });
    return texture.createView();
  }

  #createTexture(kind: Kind, width: number, height: number): GPUTexture {
    const { format, neutral } = KINDS[kind];
    const { copyDst, renderAttachment, textureBinding } = TextureUsage;
    const texture = this.scope.device.createTexture({
      label: `${this.scope.label}/${kind}`,
      size: { width, height },
      format,
      usage: copyDst | renderAttachment | textureBinding,
    });
    return this.scope.own(texture, neutral.length * width * height);
  }
}
