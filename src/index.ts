export { findBoundaryCurves } from './curves/boundary.ts';
export { curveLength, type Curve, type PixelGrid } from './curves/curve.ts';
export { curveDistance, type CurveDistance } from './curves/distance.ts';
export { polishRidges, type PolishedRidge } from './curves/polish.ts';
export { findRidgeCurves, type RidgeCurve } from './curves/ridge-curves.ts';
export type { RidgeCurveOptions, RidgeLevel } from './curves/ridge-levels.ts';
export { stretchingAngles, summariseRidges, type RidgeSummary } from './curves/summary.ts';
export {
  curvesToGeoJson,
  curvesToSvg,
  curveToSvgPath,
  reportRidges,
  type CurveCollection,
  type RidgeReport,
} from './curves/writing.ts';
export { datasetFromArrays, type ArraysOptions } from './data/arrays.ts';
export type { Dataset } from './data/dataset.ts';
export { createDataset, DATASET_NAMES, type DatasetName, type DatasetOptions } from './data/toy.ts';
export { createCpuEngine } from './engine/cpu-engine.ts';
export {
  Status,
  type AttackData,
  type AttackRequest,
  type ComputeOptions,
  type Engine,
  type Evaluator,
  type ExponentSpace,
  type Field,
  type FieldBand,
  type FieldData,
  type FieldHistogram,
  type FieldRequest,
  type FieldStatistics,
  type LayerChoice,
  type Loss,
  type MemberOptions,
  type MemberState,
  type Model,
  type Optimizer,
  type PointsData,
  type PointsRequest,
  type Population,
  type PopulationState,
  type RidgeOptions,
  type Ridges,
  type Trainer,
  type TrainingOptions,
  type TrainingStatus,
} from './engine/engine.ts';
export { createGpuEngine, type GpuEngineOptions } from './engine/gpu-engine.ts';
export {
  AddressError,
  DataError,
  DeviceError,
  FtleError,
  NetworkError,
  ShaderError,
  type AddressErrorReason,
  type DeviceErrorReason,
} from './errors.ts';
export type {
  ColormapName,
  ColorRange,
  FieldFileOptions,
  FieldFormat,
  NetworkOrigin,
  Origin,
  PointsFormat,
  Quantity,
  SampleMarks,
  SavedNetworkFormat,
} from './files/file-options.ts';
export type { NetworkFormat } from './files/format.ts';
export {
  parseNetworkJson,
  writeNetworkJson,
  type NetworkFile,
  type NetworkSource,
} from './files/json.ts';
export {
  loadNetwork,
  loadNetworkFiles,
  type LoadedNetwork,
  type LoadOptions,
  type NetworkLocation,
} from './files/load.ts';
export type { TensorNetworkOptions } from './files/network-tensors.ts';
export type {
  AttackRecord,
  FieldRecord,
  GreyRecord,
  MapParameters,
  NetworkRecord,
  PictureRecord,
  PlaneRecord,
  PointsRecord,
  StartRecord,
  TrainingRecord,
} from './files/parameters.ts';
export {
  describeOrigin,
  readParameters,
  writeField,
  writeNetwork,
  writePoints,
} from './files/save.ts';
export { writeNetworkSafetensors } from './files/safetensors-writing.ts';
export { parseNpy, writeNpy, type NpyArray, type NpyValues } from './files/npy.ts';
export { parseNpz, writeNpz, type NpzReading, type NpzWriting } from './files/npz.ts';
export type { WeightOrder } from './files/tensor-names.ts';
export type { DenseSpec } from './layers/dense.ts';
export type { LayerSpec } from './layers/registry.ts';
export { ACTIVATION_NAMES, type ActivationName } from './math/activations.ts';
export type { Initialisation } from './math/initialisation.ts';
export {
  BinnedMeans,
  entropy,
  Histogram,
  predictiveEntropy,
  softmax,
  spearman,
} from './math/tallies.ts';
export { parseArchitecture, type ArchitectureOptions } from './model/architecture.ts';
export {
  checkSpec,
  createNetwork,
  type Network,
  type NetworkSpec,
  type Program,
} from './model/network.ts';
export {
  initialiseNetwork,
  readTensor,
  tensorPlaces,
  writeTensor,
  type TensorPlace,
} from './model/parameters.ts';
export {
  coordinatePlane,
  createPlane,
  pixelCentre,
  planeCoordinates,
  planePoint,
  type Domain,
  type Plane,
} from './model/plane.ts';
export {
  axesPlane,
  pointsPlane,
  principalPlane,
  type MarkedPlane,
  type PrincipalPlane,
} from './model/planes.ts';
export {
  exponents,
  jacobian,
  planeExponents,
  type FullExponents,
  type PlaneExponents,
} from './reference/exponent.ts';
export { inputGradient } from './reference/attack.ts';
export { forward } from './reference/forward.ts';
export type { TangentStatus } from './reference/tangent.ts';
