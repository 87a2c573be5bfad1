import { Scope } from '../gpu/scope.ts';
import type { Network } from '../model/network.ts';
import type { StatePlacement } from '../wgsl/program.ts';
import { createWeights, GpuModel, strideOf, type ResidentNetworks } from './gpu-model.ts';
import { checkPopulation } from './population-checks.ts';

/** Networks of one architecture in one buffer, so that one dispatch can take a step of all. */
export class GpuPopulationModel implements ResidentNetworks {
  readonly scope: Scope;
  readonly network: Network;
  readonly weights: GPUBufferBinding;
  /** One each; they share the buffer. */
  readonly members: readonly GpuModel[];

  /** @throws NetworkError if there is none, or one differs from the first in more than parameters. */
  constructor(
    readonly device: GPUDevice,
    networks: readonly Network[],
  ) {
    checkPopulation(networks);
    const [first] = networks;
    this.network = first;
    this.scope = new Scope(device, 'ftle-map/population');
    this.weights = createWeights(this.scope, first, networks.length);
    const size = 4 * strideOf(first);
    this.members = networks.map((network, index) => {
      const place = { buffer: this.weights.buffer, offset: index * size, size };
      const member = new GpuModel(device, network, place);
      member.write(network.parameters);
      return member;
    });
  }

  get count(): number {
    return this.members.length;
  }

  get parameterStride(): number {
    return strideOf(this.network);
  }

  program(placement: StatePlacement): GPUBuffer {
    return this.members[0].program(placement);
  }

  dispose(): void {
    for (const member of this.members) member.dispose();
    this.scope.dispose();
  }
}
