import { assert } from '../errors.ts';
import type { Network } from '../model/network.ts';
import { CpuField, computeBandsOnCpu, computeOnCpu } from './cpu-field.ts';
import { CpuModel } from './cpu-model.ts';
import { createCpuEvaluator } from './cpu-points.ts';
import { createCpuRidges } from './cpu-ridges.ts';
import { createCpuTrainer } from './cpu-trainer.ts';
import type { Engine, Field, Model } from './engine.ts';

/** The engine that needs no GPU: the float64 reference, in slices that leave the page its turns. */
export function createCpuEngine(): Engine {
  let isDisposed = false;
  const assertAlive = () => assert(!isDisposed, 'engine is used after dispose()');
  return {
    backend: 'cpu',
    description: 'CPU, float64',
    device: null,
    slow: true,
    createModel(network: Network) {
      assertAlive();
      return new CpuModel(network);
    },
    async createField(model) {
      assertAlive();
      return new CpuField(ownModel(model));
    },
    async createEvaluator(model, request) {
      assertAlive();
      return createCpuEvaluator(ownModel(model), request);
    },
    async createRidges(field) {
      assertAlive();
      return createCpuRidges(ownField(field));
    },
    async createTrainer(model, dataset, options) {
      assertAlive();
      return createCpuTrainer(ownModel(model), dataset, options);
    },
    async createPopulation(networks, dataset, options, members) {
      assertAlive();
      // What a live map does not need is loaded at the first call.
      const { CpuPopulation } = await import('./cpu-population.ts');
      return new CpuPopulation(networks, dataset, options, members);
    },
    async attack(model, points, targets, request, options) {
      assertAlive();
      const { attackOnCpu } = await import('./cpu-attack.ts');
      return attackOnCpu(ownModel(model), points, targets, request, options);
    },
    async computeField(model, request, options) {
      assertAlive();
      return computeOnCpu(ownModel(model), request, options);
    },
    async computeBands(model, request, onBand, options) {
      assertAlive();
      return computeBandsOnCpu(ownModel(model), request, onBand, options);
    },
    dispose() {
      isDisposed = true;
    },
  };
}

function ownModel(model: Model): CpuModel {
  assert(model instanceof CpuModel, 'the model was made by another engine');
  return model;
}

function ownField(field: Field): CpuField {
  assert(field instanceof CpuField, 'the field was made by another engine');
  return field;
}
