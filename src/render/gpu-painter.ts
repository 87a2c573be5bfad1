import fieldShader from '../../shaders/render/field.wgsl';
import linesShader from '../../shaders/render/lines.wgsl';
import { assert } from '../errors.ts';
import type { Field, FieldRequest, Ridges } from '../engine/engine.ts';
import { GpuField } from '../engine/gpu-field.ts';
import { GpuRidges } from '../engine/gpu-ridges.ts';
import { BufferUsage } from '../gpu/flags.ts';
import { createRenderPipeline, type RenderPipeline } from '../gpu/render-pipeline.ts';
import { Scope } from '../gpu/scope.ts';
import type { Domain } from '../model/plane.ts';
import { packUniform } from '../wgsl/pack.ts';
import { HALO, LINES, OUTSIDE, type Painter, type PaintStyle } from './style.ts';
import { CLASS_COLOR_COUNT, classRgb, colorTable, TABLE_SIZE, type Rgb } from './palette.ts';

const QUANTITIES = {
  exponent: 0,
  'second-exponent': 1,
  direction: 2,
  output: 3,
  class: 4,
} as const;
const VERTICES_A_QUAD = 6;
const MOST_SAMPLES = 4096;

/** Pipelines and their uniform blocks, one for every layer of the picture. */
const LAYERS = ['field', 'halo', 'ridge', 'direction', 'sample'] as const;
type Layer = (typeof LAYERS)[number];

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
  const [field, ridge, direction, sample] = await Promise.all([
    createRenderPipeline(device, fieldShader, ['field_vertex', 'field_fragment'], format),
    createRenderPipeline(device, linesShader, ['ridge_vertex', 'line_fragment'], format),
    createRenderPipeline(device, linesShader, ['direction_vertex', 'line_fragment'], format),
    createRenderPipeline(device, linesShader, ['sample_vertex', 'disc_fragment'], format),
  ]);
  context.configure({ device, format, alphaMode: 'opaque' });
  return new GpuPainter(device, context, { field, halo: ridge, ridge, direction, sample });
}

class GpuPainter implements Painter {
  readonly #scope: Scope;
  readonly #uniforms: Readonly<Record<Layer, GPUBuffer>>;
  readonly #colors: GPUBuffer;
  readonly #samples: GPUBuffer;
  #colorsShown = '';
  #samplesShown: PaintStyle['samples'] = null;

  constructor(
    private readonly device: GPUDevice,
    private readonly context: GPUCanvasContext,
    private readonly pipelines: Readonly<Record<Layer, RenderPipeline>>,
  ) {
    this.#scope = new Scope(device, 'ftle-map/painter');
    const { uniform, storage, copyDst } = BufferUsage;
    this.#uniforms = Object.fromEntries(
      LAYERS.map((layer) => {
        const { byteLength } = pipelines[layer].argsLayout;
        return [layer, this.#scope.buffer(layer, byteLength, uniform | copyDst)];
      }),
    ) as Record<Layer, GPUBuffer>;
    const colorBytes = (TABLE_SIZE + CLASS_COLOR_COUNT) * 16;
    this.#colors = this.#scope.buffer('colors', colorBytes, storage | copyDst);
    this.#samples = this.#scope.buffer('samples', MOST_SAMPLES * 16, storage | copyDst);
  }

  paint(field: Field, ridges: Ridges | null, style: PaintStyle, view: Domain): void {
    const { request } = field;
    const { width, height } = this.context.canvas;
    if (this.#scope.disposed || !request || width === 0 || height === 0) return;
    assert(field instanceof GpuField, 'the field was made by another engine');
    const { buffers } = field;
    const { exponents, statuses, outputs } = buffers;
    const colors = this.#colors;
    this.#writeColors(style);
    this.#write('field', this.#fieldArgs(request, buffers.outputWidth, style, view));

    const encoder = this.device.createCommandEncoder({ label: 'ftle-map/paint' });
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
    this.#use(pass, 'field', { exponents, statuses, outputs, colors });
    pass.draw(3);
    if (style.directions) this.#drawDirections(pass, request, exponents, style, view);
    if (style.ridges && ridges instanceof GpuRidges && ridges.field === field) {
      const { segments, counters } = ridges.buffers;
      const widths = [
        ['halo', LINES.ridgeHalo, HALO, 0.75],
        ['ridge', LINES.ridge, style.ink, 1],
      ] as const;
      for (const [layer, lineWidth, color, alpha] of widths) {
        this.#write(layer, this.#lineArgs(request, style, view, lineWidth, color, alpha));
        this.#use(pass, layer, { segments });
        pass.drawIndirect(counters, 0);
      }
    }
    if (style.samples) {
      const count = this.#writeSamples(style.samples);
      this.#write('sample', this.#lineArgs(request, style, view, LINES.sample, style.ink, 1));
      this.#use(pass, 'sample', { samples: this.#samples, colors });
      pass.draw(VERTICES_A_QUAD, count);
    }
    pass.end();
    this.device.queue.submit([encoder.finish()]);
  }

  dispose(): void {
    if (this.#scope.disposed) return;
    this.#scope.dispose();
    this.context.unconfigure();
  }

  #drawDirections(
    pass: GPURenderPassEncoder,
    request: FieldRequest,
    exponents: GPUBuffer,
    style: PaintStyle,
    view: Domain,
  ): void {
    const { width, height } = this.context.canvas;
    const spacing = LINES.directionSpacing * style.pixelRatio;
    const columns = Math.ceil(width / spacing);
    const args = this.#lineArgs(request, style, view, LINES.direction, style.ink, 0.9);
    this.#write('direction', { ...args, columns });
    this.#use(pass, 'direction', { exponents });
    pass.draw(VERTICES_A_QUAD, columns * Math.ceil(height / spacing));
  }

  #write(layer: Layer, values: Record<string, number>): void {
    const bytes = packUniform(this.pipelines[layer].argsLayout, values);
    this.device.queue.writeBuffer(this.#uniforms[layer], 0, bytes);
  }

  #use(pass: GPURenderPassEncoder, layer: Layer, resources: Record<string, GPUBuffer>): void {
    const { pipeline, bind } = this.pipelines[layer];
    pass.setPipeline(pipeline);
    bind({ args: this.#uniforms[layer], ...resources }).forEach((group, index) =>
      pass.setBindGroup(index, group),
    );
  }

  #writeColors({ quantity, colormap }: PaintStyle): void {
    const name = quantity === 'direction' ? 'direction' : colormap;
    if (name === this.#colorsShown) return;
    this.#colorsShown = name;
    const table = colorTable(name);
    const entries = new Float32Array((TABLE_SIZE + CLASS_COLOR_COUNT) * 4);
    for (let i = 0; i < TABLE_SIZE; i++) entries.set(table.subarray(3 * i, 3 * i + 3), 4 * i);
    for (let i = 0; i < CLASS_COLOR_COUNT; i++) entries.set(classRgb(i), 4 * (TABLE_SIZE + i));
    this.device.queue.writeBuffer(this.#colors, 0, entries);
  }

  #writeSamples(samples: NonNullable<PaintStyle['samples']>): number {
    const count = Math.min(samples.count, MOST_SAMPLES);
    if (samples !== this.#samplesShown) {
      this.#samplesShown = samples;
      const entries = new Float32Array(count * 4);
      for (let i = 0; i < count; i++) {
        const { points, classes } = samples;
        entries.set([points[2 * i], points[2 * i + 1], classes[i], 0], 4 * i);
      }
      this.device.queue.writeBuffer(this.#samples, 0, entries);
    }
    return count;
  }

  #fieldArgs(
    { width, height, domain }: FieldRequest,
    outputWidth: number,
    style: PaintStyle,
    view: Domain,
  ): Record<string, number> {
    const { canvas } = this.context;
    const [low, high] = style.range;
    const [inkRed, inkGreen, inkBlue] = style.ink;
    return {
      width,
      height,
      outputWidth,
      outputIndex: Math.min(style.outputIndex, outputWidth - 1),
      quantity: QUANTITIES[style.quantity],
      boundary: style.boundary ? 1 : 0,
      sMin: domain.sMin,
      tMin: domain.tMin,
      sStep: (domain.sMax - domain.sMin) / width,
      tStep: (domain.tMax - domain.tMin) / height,
      viewSMin: view.sMin,
      viewTMax: view.tMax,
      viewSStep: (view.sMax - view.sMin) / canvas.width,
      viewTStep: (view.tMax - view.tMin) / canvas.height,
      low,
      high,
      scale: style.scale,
      lineWidth: LINES.boundary * style.pixelRatio,
      hatchWidth: LINES.hatch * style.pixelRatio,
      inkRed,
      inkGreen,
      inkBlue,
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
