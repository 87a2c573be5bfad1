import { DataError, NetworkError } from '../errors.ts';
import type { Network } from '../model/network.ts';
import type { MemberOptions } from './engine.ts';

/** @throws DataError unless there are options for every network. */
export function checkMembers(members: readonly MemberOptions[], count: number): void {
  if (members.length !== count) {
    throw new DataError(`members has ${members.length} entries, but there are ${count} networks`);
  }
}

/** @throws NetworkError if there is no network, or one differs from the first in more than parameters. */
export function checkPopulation(networks: readonly Network[]): void {
  if (networks.length === 0) throw new NetworkError('a population needs at least one network');
  const wanted = JSON.stringify(networks[0].spec);
  networks.forEach(({ spec }, index) => {
    if (JSON.stringify(spec) === wanted) return;
    throw new NetworkError(
      `networks[${index}] has another architecture than networks[0]; train it by itself`,
    );
  });
}
