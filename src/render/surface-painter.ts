import meshShader from '../../shaders/render/surface-mesh.wgsl';
import surfaceShader from '../../shaders/render/surface.wgsl';
import type { FieldRequest } from '../engine/engine.ts';
import type { GpuField } from '../engine/gpu-field.ts';
import {
  checkShader,
  SPACE,
  type Blending,
  type CheckedShader,
  type DepthUse,
} from '../gpu/checked-shader.ts';
import { BufferUsage, TextureUsage } from '../gpu/flags.ts';
import { createArguments, dispatch, type ArgumentSlots } from '../gpu/kernel.ts';
import type { Resources } from '../gpu/layout.ts';
import type { Scope } from '../gpu/scope.ts';
import { LayerSet } from './layer-set.ts';
import type { Rgb } from './palette.ts';
import { HALO, LINES, OPACITY, type PaintStyle, type SurfaceLook } from './style.ts';
import { createCamera } from './surface-camera.ts';

type Buffers = GpuField['buffers'];

/** Vertices of a mesh along the longer side. Software adapters, which take a microsecond a triangle, have small fields. */
const SMALL_FIELD = 512;
const MOST_VERTICES = { small: 160, large: 512 };
const WORKGROUP_SIDE = 8;
const VERTICES_A_QUAD = 6;
/** As in shaders/render/surface-mesh.wgsl. */
const SOURCES = { first: 0, second: 1, output: 2 };
/** Narrower ranges are this wide, so that their inverse is a float32. */
const LEAST_RANGE = 1e-30;
const CAMERA_BYTES = 5 * 16;

/** What a surface is made of, in order; the shader's entry points, and how they meet what is there. */
const LAYERS = {
  ground: ['ground_vertex', 'ground_fragment', 'replace', 'hides'],
  wall: ['wall_vertex', 'wall_fragment', 'replace', 'hides'],
  floor: ['floor_vertex', 'wall_fragment', 'replace', 'hides'],
  boundary: ['line_vertex', 'line_fragment', 'over', 'hidden'],
  ridgeHalo: ['line_vertex', 'line_fragment', 'over', 'hidden'],
  ridge: ['line_vertex', 'line_fragment', 'over', 'hidden'],
  sample: ['sample_vertex', 'sample_fragment', 'over', 'hidden'],
} as const satisfies Record<string, readonly [string, string, Blending, DepthUse]>;
type Layer = keyof typeof LAYERS;

/** Segments and the arguments of their draw, and the rectangle that they are given in. */
interface Lines {
  readonly segments: GPUBuffer;
  readonly counters: GPUBuffer;
}

/** What of a field is drawn as a surface, all of it on the GPU. */
export interface SurfaceContent {
  readonly buffers: Buffers;
  readonly request: FieldRequest;
  /** What lib/palette.wgsl binds. */
  readonly colors: Resources;
  /** In parts of the field's size. */
  readonly boundary: Lines | null;
  /** In plane coordinates. */
  readonly ridges: Lines | null;
  /** In plane coordinates, with the colours of their classes; null: none. */
  readonly samples: { readonly resources: Resources; readonly count: number } | null;
}

interface Mesh {
  readonly stride: number;
  readonly columns: number;
  readonly rows: number;
  readonly vertices: GPUBuffer;
  readonly indices: GPUBuffer;
}

/** Paints fields as lit surfaces. */
export class SurfacePainter {
  readonly #layers: LayerSet<Layer>;
  readonly #camera: GPUBuffer;
  readonly #meshArgs: ArgumentSlots;
  #mesh: Mesh | null = null;
  /** What the mesh is of. */
  #shown: { readonly buffers: Buffers; readonly key: string } | null = null;
  #targets: { readonly colors: GPUTexture; readonly depths: GPUTexture } | null = null;

  private constructor(
    private readonly scope: Scope,
    private readonly meshes: CheckedShader,
    surface: CheckedShader,
    private readonly format: GPUTextureFormat,
  ) {
    this.#layers = new LayerSet(scope, (layer) => {
      const [vertex, fragment, blending, depth] = LAYERS[layer];
      return surface.render(vertex, fragment, format, blending, depth);
    });
    const { storage, copyDst } = BufferUsage;
    this.#camera = scope.buffer('camera', CAMERA_BYTES, storage | copyDst);
    this.#meshArgs = createArguments(scope, meshes.kernel());
  }

  /** @param format - of the canvas. */
  static async create(scope: Scope, format: GPUTextureFormat): Promise<SurfacePainter> {
    const shaders = [meshShader, surfaceShader].map((shader) => checkShader(scope.device, shader));
    const [meshes, surface] = await Promise.all(shaders);
    return new SurfacePainter(scope, meshes, surface, format);
  }

  /** Records what it takes to show this content on a texture of the canvas. */
  paint(
    encoder: GPUCommandEncoder,
    target: GPUTexture,
    content: SurfaceContent,
    style: PaintStyle,
    look: SurfaceLook,
  ): void {
    const { request } = content;
    const { width, height } = target;
    const mesh = this.#updateMesh(encoder, content, style);
    const camera = createCamera(look.pose, request.domain, look.relief, width / height);
    const [x, y, z] = camera.eye;
    const block = Float32Array.of(...camera.matrix, x, y, z, 1);
    this.scope.device.queue.writeBuffer(this.#camera, 0, block);
    const [r, g, b] = look.background;
    const { colors, depths } = this.#reserveTargets(width, height);
    const pass = encoder.beginRenderPass({
      label: 'ftle-map/surface',
      colorAttachments: [
        {
          view: colors.createView(),
          resolveTarget: target.createView(),
          clearValue: { r, g, b, a: 1 },
          loadOp: 'clear',
          storeOp: 'discard',
        },
      ],
      depthStencilAttachment: {
        view: depths.createView(),
        depthClearValue: 1,
        depthLoadOp: 'clear',
        depthStoreOp: 'discard',
      },
    });
    const shape = {
      width: request.width,
      height: request.height,
      stride: mesh.stride,
      columns: mesh.columns,
      rows: mesh.rows,
      halfX: camera.half[0],
      halfY: camera.half[1],
      relief: 2 * look.relief,
      lightX: camera.light[0],
      lightY: camera.light[1],
      lightZ: camera.light[2],
      canvasWidth: width,
      canvasHeight: height,
      hatchWidth: LINES.hatch * style.pixelRatio,
    };
    const space = { camera: this.#camera, vertices: mesh.vertices };
    const { domain } = request;
    const use = (
      layer: Layer,
      [red, green, blue]: Rgb,
      resources: Resources,
      { lineWidth = 0, alpha = 1, isPlane = true } = {},
    ): void => {
      const values = {
        ...shape,
        originS: isPlane ? domain.sMin : 0,
        originT: isPlane ? domain.tMin : 0,
        sizeS: isPlane ? domain.sMax - domain.sMin : 1,
        sizeT: isPlane ? domain.tMax - domain.tMin : 1,
        halfWidth: (lineWidth / 2) * style.pixelRatio,
        stroke: 0.75 * style.pixelRatio,
        ...{ red, green, blue, alpha },
      };
      this.#layers.use(pass, layer, values, resources);
    };
    use('ground', style.ink, { ...space, ...content.colors });
    pass.setIndexBuffer(mesh.indices, 'uint32');
    pass.drawIndexed(VERTICES_A_QUAD * (mesh.columns - 1) * (mesh.rows - 1));
    use('wall', look.ground, space);
    pass.draw(VERTICES_A_QUAD * 2 * (mesh.columns + mesh.rows - 2));
    use('floor', look.ground, { camera: this.#camera });
    pass.draw(VERTICES_A_QUAD);
    if (content.boundary) {
      const { segments, counters } = content.boundary;
      const options = { lineWidth: LINES.boundary, isPlane: false };
      use('boundary', style.ink, { ...space, segments }, options);
      pass.drawIndirect(counters, 0);
    }
    if (content.ridges) {
      const { segments, counters } = content.ridges;
      for (const [layer, color] of [
        ['ridgeHalo', HALO],
        ['ridge', style.ink],
      ] as const) {
        const options = { lineWidth: LINES[layer], alpha: OPACITY[layer] };
        use(layer, color, { ...space, segments }, options);
        pass.drawIndirect(counters, 0);
      }
    }
    if (content.samples) {
      const { resources, count } = content.samples;
      use('sample', style.ink, { ...space, ...resources }, { lineWidth: LINES.sample });
      pass.draw(VERTICES_A_QUAD * count);
    }
    pass.end();
  }

  /** Frees what only the next surface needs. */
  rest(): void {
    this.#releaseTargets();
    this.scope.release(this.#mesh?.vertices);
    this.scope.release(this.#mesh?.indices);
    this.#mesh = null;
  }

  #updateMesh(encoder: GPUCommandEncoder, content: SurfaceContent, style: PaintStyle): Mesh {
    const { buffers, request } = content;
    const { quantity, range, scale } = style;
    const mesh = this.#reserveMesh(request);
    const key = [quantity, ...range, scale, style.outputIndex].join(' ');
    if (this.#shown?.buffers === buffers && this.#shown.key === key) return mesh;
    this.#shown = { buffers, key };
    const isOutput = quantity === 'output';
    const { first, second, output } = SOURCES;
    const [low, high] = range;
    const { exponents, statuses, outputs, outputWidth } = buffers;
    const factor = isOutput ? 1 : scale;
    this.#meshArgs.write(0, {
      width: request.width,
      height: request.height,
      stride: mesh.stride,
      columns: mesh.columns,
      rows: mesh.rows,
      source: isOutput ? output : quantity === 'second-exponent' ? second : first,
      outputWidth,
      outputIndex: Math.min(style.outputIndex, outputWidth - 1),
      low: low / factor,
      inverseRange: factor / Math.max(high - low, LEAST_RANGE),
    });
    const kernel = this.meshes.kernel();
    const args = this.#meshArgs.slot(0);
    const { vertices } = mesh;
    const groups = kernel.bind({ args, exponents, statuses, outputs, vertices });
    const pass = encoder.beginComputePass({ label: kernel.label });
    const [columns, rows] = [mesh.columns, mesh.rows].map((n) => Math.ceil(n / WORKGROUP_SIDE));
    dispatch(pass, kernel, groups, [columns, rows]);
    pass.end();
    return mesh;
  }

  #reserveMesh({ width, height }: FieldRequest): Mesh {
    const longer = Math.max(width, height);
    const most = longer <= SMALL_FIELD ? MOST_VERTICES.small : MOST_VERTICES.large;
    const stride = Math.ceil(longer / most);
    const [columns, rows] = [width, height].map((n) => Math.max(2, Math.ceil(n / stride)));
    const old = this.#mesh;
    if (old?.columns === columns && old.rows === rows && old.stride === stride) return old;
    this.scope.release(old?.vertices);
    this.scope.release(old?.indices);
    this.#shown = null;
    const { storage, copyDst, index } = BufferUsage;
    const indexData = meshIndices(columns, rows);
    const indices = this.scope.buffer('mesh-indices', indexData.byteLength, index | copyDst);
    this.scope.device.queue.writeBuffer(indices, 0, indexData);
    const vertices = this.scope.buffer('mesh-vertices', columns * rows * 16, storage);
    return (this.#mesh = { stride, columns, rows, vertices, indices });
  }

  #reserveTargets(width: number, height: number) {
    const old = this.#targets;
    if (old?.colors.width === width && old.colors.height === height) return old;
    this.#releaseTargets();
    const create = (name: string, format: GPUTextureFormat): GPUTexture => {
      const { sampleCount } = SPACE;
      const texture = this.scope.device.createTexture({
        label: `${this.scope.label}/${name}`,
        size: { width, height },
        sampleCount,
        format,
        usage: TextureUsage.renderAttachment,
      });
      return this.scope.own(texture, 4 * sampleCount * width * height);
    };
    return (this.#targets = {
      colors: create('surface-colors', this.format),
      depths: create('surface-depths', SPACE.depthFormat),
    });
  }

  #releaseTargets(): void {
    this.scope.release(this.#targets?.colors);
    this.scope.release(this.#targets?.depths);
    this.#targets = null;
  }
}

/** Two triangles a cell of a mesh. */
function meshIndices(columns: number, rows: number): Uint32Array<ArrayBuffer> {
  const indices = new Uint32Array(VERTICES_A_QUAD * (columns - 1) * (rows - 1));
  let next = 0;
  for (let row = 0; row < rows - 1; row++) {
    for (let column = 0; column < columns - 1; column++) {
      const low = row * columns + column;
      const high = low + columns;
      indices.set([low, low + 1, high, high, low + 1, high + 1], next);
      next += VERTICES_A_QUAD;
    }
  }
  return indices;
}
