import { assert } from '../errors.ts';
import type { Engine, Field, Model } from './engine.ts';
import { computeBandsOnGpu, computeOnGpu, GpuField } from './gpu-field.ts';
import { GpuModel } from './gpu-model.ts';
import { createGpuRidges } from './gpu-ridges.ts';

export interface GpuEngineOptions {
  /** What computes, for people; the adapter's description. */
  readonly description?: string;
  /** A software adapter. */
  readonly slow?: boolean;
}

/** The engine on a WebGPU device, which stays the caller's: it is never destroyed here. */
export function createGpuEngine(device: GPUDevice, options: GpuEngineOptions = {}): Engine {
  const { description = 'WebGPU', slow = false } = options;
  let isDisposed = false;
  const assertAlive = () => assert(!isDisposed, 'engine is used after dispose()');
  return {
    backend: 'webgpu',
    description,
    device,
    slow,
    createModel(network) {
      assertAlive();
      return new GpuModel(device, network);
    },
    async createField(model) {
      assertAlive();
      return GpuField.create(ownModel(model), { slow });
    },
    async createEvaluator(model, request) {
      assertAlive();
      // What a live map seldom needs is loaded at the first call.
      const { createGpuEvaluator } = await import('./gpu-points.ts');
      return createGpuEvaluator(ownModel(model), request, slow);
    },
    async createRidges(field) {
      assertAlive();
      return createGpuRidges(ownField(field));
    },
    async createTrainer(model, dataset, trainingOptions) {
      assertAlive();
      const { createGpuTrainer } = await import('./gpu-trainer.ts');
      return createGpuTrainer(ownModel(model), dataset, trainingOptions, { slow });
    },
    async createPopulation(networks, dataset, trainingOptions, members) {
      assertAlive();
      const { GpuPopulation } = await import('./gpu-population.ts');
      const settings = { slow };
      return GpuPopulation.create(device, networks, dataset, trainingOptions, members, settings);
    },
    async attack(model, points, targets, request, computeOptions = {}) {
      assertAlive();
      const { attackOnGpu } = await import('./gpu-attack.ts');
      return attackOnGpu(ownModel(model), points, targets, request, computeOptions, slow);
    },
    async computeField(model, request, computeOptions = {}) {
      assertAlive();
      return computeOnGpu(ownModel(model), request, computeOptions, { slow });
    },
    async computeBands(model, request, onBand, computeOptions = {}) {
      assertAlive();
      return computeBandsOnGpu(ownModel(model), request, onBand, computeOptions, { slow });
    },
    dispose() {
      isDisposed = true;
    },
  };
}

function ownModel(model: Model): GpuModel {
  assert(model instanceof GpuModel, 'the model was made by another engine');
  return model;
}

function ownField(field: Field): GpuField {
  assert(field instanceof GpuField, 'the field was made by another engine');
  return field;
}
