// manifest-types.mjs: the types that events and methods of the element name, member by member
//
// For a page whose author has no TypeScript at hand: read from the interfaces themselves and their comments.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ts } from '@custom-elements-manifest/analyzer';

const ROOT = resolve(import.meta.dirname, '..');

/** Details of events, then what methods take and give. */
const PLACES = {
  LoadedFile: 'src/element/plan.ts',
  TrainingStatus: 'src/engine/engine.ts',
  FrameInfo: 'src/element/listener.ts',
  Probe: 'src/element/probe.ts',
  ProbeOptions: 'src/element/queries.ts',
  FieldOptions: 'src/element/queries.ts',
  FieldData: 'src/engine/engine.ts',
  MapRidgeOptions: 'src/element/queries.ts',
  RidgeCurveOptions: 'src/curves/ridge-levels.ts',
  RidgeCurve: 'src/curves/ridge-curves.ts',
  Curve: 'src/curves/curve.ts',
  MapCurveOptions: 'src/element/map-curves.ts',
  ProfileOptions: 'src/element/profile.ts',
  Profile: 'src/element/profile.ts',
  Histogram: 'src/element/profile.ts',
  BlobOptions: 'src/element/map-files.ts',
  EmbedOptions: 'src/element/embed-code.ts',
  MapLink: 'src/element/link-keeper.ts',
};

/** What those are made of, besides what JavaScript has. */
const ALIASES = {
  CopyKind: 'src/element/events.ts',
  DomainList: 'src/element/settings.ts',
  ExponentSpace: 'src/engine/engine.ts',
  LayerChoice: 'src/engine/engine.ts',
  LayerName: 'src/element/settings.ts',
  Place: 'src/element/profile.ts',
  RidgeLevel: 'src/curves/ridge-levels.ts',
  TangentStatus: 'src/reference/tangent.ts',
};

/**
 * @typedef {object} TypeTable
 * @property {string} name
 * @property {string} description
 * @property {string[]} others - types whose members it has too.
 * @property {{ name: string, type: string, description: string }[]} members
 */

/**
 * Unions and tuples, as they are written.
 *
 * @returns {{ name: string, text: string, description: string }[]}
 */
export function describeAliases() {
  return Object.entries(ALIASES).map(([name, place]) => {
    const found = statementsOf(place).find(
      (node) => ts.isTypeAliasDeclaration(node) && node.name.text === name,
    );
    if (!found || !ts.isTypeAliasDeclaration(found)) throw new Error(`${place} has no ${name}`);
    const text = found.type.getText().replaceAll('readonly ', '');
    return { name, text, description: commentOf(found) };
  });
}

/** @param {string} place @returns {ts.NodeArray<ts.Statement>} */
function statementsOf(place) {
  const text = readFileSync(join(ROOT, place), 'utf8');
  return ts.createSourceFile(place, text, ts.ScriptTarget.ES2022, true).statements;
}

/** @returns {TypeTable[]} */
export function describeTypes() {
  return Object.entries(PLACES).map(([name, place]) => {
    const found = statementsOf(place).find(
      (node) => ts.isInterfaceDeclaration(node) && node.name.text === name,
    );
    if (!found || !ts.isInterfaceDeclaration(found)) throw new Error(`${place} has no ${name}`);
    return {
      name,
      description: commentOf(found),
      others: (found.heritageClauses ?? []).flatMap(({ types }) =>
        types.map((type) => type.getText()),
      ),
      members: found.members.filter(ts.isPropertySignature).map((member) => ({
        name: member.name.getText() + (member.questionToken ? '?' : ''),
        type: (member.type?.getText() ?? '').replaceAll('readonly ', ''),
        description: commentOf(member),
      })),
    };
  });
}

/** @param {ts.Node} node */
export function commentOf(node) {
  const comments = /** @type {{ comment?: string }[]} */ (/** @type {any} */ (node).jsDoc ?? []);
  return comments.map(({ comment }) => comment ?? '').join(' ');
}
