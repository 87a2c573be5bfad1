import fieldShader from '../../shaders/render/field.wgsl';
import linesShader from '../../shaders/render/lines.wgsl';
import { assert } from '../errors.ts';
import type { Field, FieldRequest, Ridges } from '../engine/engine.ts';
import { GpuField } from '../engine/gpu-field.ts';
import { GpuRidges } from '../engine/gpu-ridges.ts';
import { once } from '../engine/once.ts';
import {
  checkShader,
  type Blending,
  type CheckedShader,
  type RenderPipeline,
} from '../gpu/checked-shader.ts';
import { BufferUsage } from '../gpu/flags.ts';
import type { Resources } from '../gpu/layout.ts';
import { Scope } from '../gpu/scope.ts';
import type { Domain } from '../model/plane.ts';
import { BoundaryLines } from './boundary-lines.ts';
import type { FieldOverlay } from './field-overlay.ts';
import { FieldTexture } from './field-texture.ts';
import { LayerSet } from './layer-set.ts';
import { hasRegions, streakGrain } from './overlay-color.ts';
import { paletteImage, type Rgb } from './palette.ts';
import {
  HALO,
  LINES,
  OPACITY,
  OUTSIDE,
  type Painter,
  type PaintStyle,
  type StyleNeeds,
} from './style.ts';
import type { SurfacePainter } from './surface-painter.ts';

const VERTICES_A_QUAD = 6;
const MOST_SAMPLES = 4096;

/** What a picture is made of, from below; the shaders' entry points for each. */
const LAYERS = {
  field: ['field_vertex', 'field_fragment'],
  boundary: ['boundary_vertex', 'boundary_fragment'],
  lightBoundary: ['boundary_vertex', 'boundary_fragment'],
  direction: ['direction_vertex', 'line_fragment'],
  ridgeHalo: ['ridge_vertex', 'line_fragment'],
  ridge: ['ridge_vertex', 'line_fragment'],
  sample: ['sample_vertex', 'disc_fragment'],
  error: ['error_vertex', 'ring_fragment'],
  overlaidField: ['field_vertex', 'field_fragment'],
  overlaidBoundary: ['boundary_vertex', 'boundary_fragment'],
  overlaidLightBoundary: ['boundary_vertex', 'boundary_fragment'],
} as const;
type Layer = keyof typeof LAYERS;

/** The field and its boundary are of one shader, or of another if something lies over them; the rest is lines. */
const BLENDINGS: Readonly<Record<Layer, Blending>> = {
  field: 'replace',
  boundary: 'darken',
  lightBoundary: 'lighten',
  direction: 'over',
  ridgeHalo: 'over',
  ridge: 'over',
  sample: 'over',
  error: 'over',
  overlaidField: 'replace',
  overlaidBoundary: 'darken',
  overlaidLightBoundary: 'lighten',
};

/**
 * Paints fields that live on a device onto a canvas of the same device.
 *
 * @param format - the canvas' preferred format.
 */
export async function createGpuPainter(
  device: GPUDevice,
  canvas: HTMLCanvasElement | OffscreenCanvas,
  format: GPUTextureFormat,
): Promise<Painter> {
  const context = canvas.getContext('webgpu');
  assert(context, 'the canvas already has a context of another kind');
  const [field, lines] = await Promise.all([
    checkShader(device, fieldShader),
    checkShader(device, linesShader),
  ]);
  const scope = new Scope(device, 'ftle-map/painter');
  const [texture, boundary] = await Promise.all([
    FieldTexture.create(scope),
    BoundaryLines.create(scope),
  ]);
  context.configure({ device, format, alphaMode: 'opaque' });
  return new GpuPainter(scope, context, format, texture, boundary, (layer, overlay) => {
    const [vertex, fragment] = LAYERS[layer];
    const blending = BLENDINGS[layer];
    const shader = blending === 'over' ? lines : layer.startsWith('overlaid') ? overlay! : field;
    return shader.render(vertex, fragment, format, blending);
  });
}

class GpuPainter implements Painter {
  readonly #layers: LayerSet<Layer>;
  #samples: GPUBuffer | null = null;
  #classColors: GPUBuffer | null = null;
  #overlay: FieldOverlay | null = null;
  #surface: SurfacePainter | null = null;
  #samplesShown: PaintStyle['samples'] = null;
  readonly #openSurface = once(async () => {
    const { SurfacePainter } = await import('./surface-painter.ts');
    if (this.scope.disposed) return;
    const surface = await SurfacePainter.create(this.scope, this.format);
    if (!this.scope.disposed) this.#surface = surface;
  });
  readonly #openOverlay = once(async () => {
    const { FieldOverlay } = await import('./field-overlay.ts');
    if (this.scope.disposed) return;
    const overlay = await FieldOverlay.create(this.scope, this.#reserveClassColors());
    if (!this.scope.disposed) this.#overlay = overlay;
  });

  constructor(
    private readonly scope: Scope,
    private readonly context: GPUCanvasContext,
    private readonly format: GPUTextureFormat,
    private readonly texture: FieldTexture,
    private readonly boundary: BoundaryLines,
    createPipeline: (layer: Layer, overlaid?: CheckedShader) => RenderPipeline,
  ) {
    this.#layers = new LayerSet(scope, (layer) => createPipeline(layer, this.#overlay?.shader));
    // Needed for every picture, so compiled while the first field is computed.
    this.#layers.reserve('field');
  }

  async prepare({ directions, regions, surface }: StyleNeeds): Promise<void> {
    if (surface) await this.#openSurface();
    else if (regions || directions === 'convolution') await this.#openOverlay();
  }

  paint(field: Field, ridges: Ridges | null, style: PaintStyle, view: Domain): void {
    const { request } = field;
    const { width, height } = this.context.canvas;
    if (this.scope.disposed || !request || width === 0 || height === 0) return;
    assert(field instanceof GpuField, 'the field was made by another engine');
    const { buffers } = field;
    const { device } = this.scope;
    const encoder = device.createCommandEncoder({ label: 'ftle-map/paint' });
    if (style.surface && this.#surface) {
      this.#paintSurface(encoder, this.#surface, field, ridges, style);
      device.queue.submit([encoder.finish()]);
      return;
    }
    this.#surface?.rest();
    const isOverlaid = hasRegions(style) || style.directions === 'convolution';
    const grain = streakGrain(request, view, width, style.pixelRatio);
    const overlay = isOverlaid
      ? this.#overlay?.update(encoder, buffers, request, style, grain)
      : undefined;
    const fieldResources = {
      ...this.texture.update(encoder, buffers, request, style),
      ...overlay,
    };
    const boundary = style.boundary ? this.boundary.update(encoder, buffers, request) : null;
    const [r, g, b] = OUTSIDE;
    const pass = encoder.beginRenderPass({
      label: 'ftle-map/paint',
      colorAttachments: [
        {
          view: this.context.getCurrentTexture().createView(),
          clearValue: { r, g, b, a: 1 },
          loadOp: 'clear',
          storeOp: 'store',
        },
      ],
    });
    const args = this.#fieldArgs(request.domain, style, view);
    this.#layers.use(pass, overlay ? 'overlaidField' : 'field', args, fieldResources);
    pass.draw(VERTICES_A_QUAD);
    if (boundary) {
      const { segments, counters } = boundary;
      const isLight = style.ink.some((part) => part > 0.5);
      const name = isLight ? 'lightBoundary' : 'boundary';
      const overlaidName = isLight ? 'overlaidLightBoundary' : 'overlaidBoundary';
      this.#layers.use(pass, overlay ? overlaidName : name, args, { ...fieldResources, segments });
      pass.drawIndirect(counters, 0);
    }
    const lineArgs = (layer: 'direction' | 'ridgeHalo' | 'ridge', color: Rgb) =>
      this.#lineArgs(request, style, view, LINES[layer], color, OPACITY[layer]);
    if (style.directions === 'segments') {
      const spacing = LINES.directionSpacing * style.pixelRatio;
      const columns = Math.ceil(width / spacing);
      const args = { ...lineArgs('direction', style.ink), columns };
      this.#layers.use(pass, 'direction', args, { exponents: buffers.exponents });
      pass.draw(VERTICES_A_QUAD * columns * Math.ceil(height / spacing));
    }
    if (style.ridges && ridges instanceof GpuRidges && ridges.field === field) {
      const { segments, counters } = ridges.buffers;
      for (const [layer, color] of [
        ['ridgeHalo', HALO],
        ['ridge', style.ink],
      ] as const) {
        this.#layers.use(pass, layer, lineArgs(layer, color), { segments });
        pass.drawIndirect(counters, 0);
      }
    }
    if (style.samples) {
      const { resources, count } = this.#writeSamples(style.samples);
      const args = this.#lineArgs(request, style, view, LINES.sample, style.ink, 1);
      this.#layers.use(pass, 'sample', args, resources);
      pass.draw(VERTICES_A_QUAD * count);
      if (style.samples.errors) {
        const args = this.#lineArgs(request, style, view, LINES.error, style.ink, 1);
        this.#layers.use(pass, 'error', args, { samples: resources.samples });
        pass.draw(VERTICES_A_QUAD * count);
      }
    }
    pass.end();
    device.queue.submit([encoder.finish()]);
  }

  dispose(): void {
    if (this.scope.disposed) return;
    this.scope.dispose();
    this.context.unconfigure();
  }

  #paintSurface(
    encoder: GPUCommandEncoder,
    surface: SurfacePainter,
    field: GpuField,
    ridges: Ridges | null,
    style: PaintStyle,
  ): void {
    const { buffers } = field;
    const request = field.request!;
    const hasRidges = style.ridges && ridges instanceof GpuRidges && ridges.field === field;
    const content = {
      buffers,
      request,
      colors: this.texture.update(encoder, buffers, request, style),
      boundary: style.boundary ? this.boundary.update(encoder, buffers, request) : null,
      ridges: hasRidges ? ridges.buffers : null,
      samples: style.samples && this.#writeSamples(style.samples),
    };
    surface.paint(encoder, this.context.getCurrentTexture(), content, style, style.surface!);
  }

  /** Samples in a buffer, and how many of them have room there. */
  #writeSamples(marks: NonNullable<PaintStyle['samples']>): {
    readonly resources: Resources;
    readonly count: number;
  } {
    const usage = BufferUsage.storage | BufferUsage.copyDst;
    const samples = (this.#samples ??= this.scope.buffer('samples', MOST_SAMPLES * 16, usage));
    const count = Math.min(marks.count, MOST_SAMPLES);
    if (marks !== this.#samplesShown) {
      this.#samplesShown = marks;
      const { points, classes, errors } = marks;
      const entries = new Float32Array(count * 4);
      for (let i = 0; i < count; i++) {
        entries.set([points[2 * i], points[2 * i + 1], classes[i], errors?.[i] ?? 0], 4 * i);
      }
      this.scope.device.queue.writeBuffer(samples, 0, entries);
    }
    return { resources: { samples, colors: this.#reserveClassColors() }, count };
  }

  #reserveClassColors(): GPUBuffer {
    if (!this.#classColors) {
      const usage = BufferUsage.storage | BufferUsage.copyDst;
      const colors = Float32Array.from(paletteImage('class').data, (level) => level / 255);
      this.#classColors = this.scope.buffer('class-colors', colors.byteLength, usage);
      this.scope.device.queue.writeBuffer(this.#classColors, 0, colors);
    }
    return this.#classColors;
  }

  #fieldArgs(
    domain: Domain,
    { pixelRatio, ink: [red, green, blue] }: PaintStyle,
    view: Domain,
  ): Record<string, number> {
    const { canvas } = this.context;
    const clipX = (s: number): number => (2 * (s - view.sMin)) / (view.sMax - view.sMin) - 1;
    const clipY = (t: number): number => (2 * (t - view.tMin)) / (view.tMax - view.tMin) - 1;
    return {
      left: clipX(domain.sMin),
      bottom: clipY(domain.tMin),
      right: clipX(domain.sMax),
      top: clipY(domain.tMax),
      hatchWidth: LINES.hatch * pixelRatio,
      canvasWidth: canvas.width,
      canvasHeight: canvas.height,
      halfWidth: (LINES.boundary / 2) * pixelRatio,
      opacity: OPACITY.boundary,
      red,
      green,
      blue,
    };
  }

  #lineArgs(
    { width, height, domain }: FieldRequest,
    style: PaintStyle,
    view: Domain,
    lineWidth: number,
    [red, green, blue]: Rgb,
    alpha: number,
  ): Record<string, number> {
    const { canvas } = this.context;
    const { pixelRatio } = style;
    return {
      viewSMin: view.sMin,
      viewTMin: view.tMin,
      viewSSize: view.sMax - view.sMin,
      viewTSize: view.tMax - view.tMin,
      canvasWidth: canvas.width,
      canvasHeight: canvas.height,
      halfWidth: (lineWidth / 2) * pixelRatio,
      red,
      green,
      blue,
      alpha,
      spacing: LINES.directionSpacing * pixelRatio,
      halfLength: (LINES.directionLength / 2) * pixelRatio,
      stroke: LINES.errorStroke * pixelRatio,
      columns: 1,
      width,
      height,
      sMin: domain.sMin,
      tMin: domain.tMin,
      sStep: (domain.sMax - domain.sMin) / width,
      tStep: (domain.tMax - domain.tMin) / height,
    };
  }
}
