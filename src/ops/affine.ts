import { BLOCK, blockCount, type AffineOp, type Op, type OpRules } from './op.ts';

/** Floats from one weight row to the next. */
export function weightStride(op: AffineOp): number {
  return BLOCK * blockCount(op.inputWidth);
}

/** Where the bias starts, after the weights with their padding rows. */
export function biasOffset(op: Op<AffineOp>): number {
  return op.parameterOffset + BLOCK * blockCount(op.outputWidth) * weightStride(op);
}

/**
 * y = W x + b. Parameters: W [outputWidth][inputWidth] row-major, then b; rows, columns and b are
 * padded with zeros to multiples of 4.
 */
export const affine: OpRules<AffineOp> = {
  name: 'affine',
  code: 0,
  elementwise: false,
  parameterLength: (op) => BLOCK * blockCount(op.outputWidth) * (weightStride(op) + 1),
  shaderFields: () => ({ choice: 0, factor: 0 }),

  forward(op, parameters, input, output) {
    multiply(op, parameters, input, output);
    const bias = biasOffset(op);
    for (let i = 0; i < op.outputWidth; i++) output[i] += parameters[bias + i];
  },

  tangent(op, parameters, _input, inputTangent, outputTangent) {
    multiply(op, parameters, inputTangent, outputTangent);
  },

  cotangent(op, parameters, _input, outputCotangent, inputCotangent) {
    const { inputWidth, outputWidth } = op;
    const stride = weightStride(op);
    inputCotangent.fill(0);
    for (let i = 0; i < outputWidth; i += BLOCK) {
      const row0 = op.parameterOffset + i * stride;
      const row1 = row0 + stride;
      const row2 = row1 + stride;
      const row3 = row2 + stride;
      const c0 = outputCotangent[i];
      const c1 = i + 1 < outputWidth ? outputCotangent[i + 1] : 0;
      const c2 = i + 2 < outputWidth ? outputCotangent[i + 2] : 0;
      const c3 = i + 3 < outputWidth ? outputCotangent[i + 3] : 0;
      for (let j = 0; j < inputWidth; j++) {
        inputCotangent[j] =
          inputCotangent[j] +
          parameters[row0 + j] * c0 +
          parameters[row1 + j] * c1 +
          parameters[row2 + j] * c2 +
          parameters[row3 + j] * c3;
      }
    }
  },

  jacobian(op, parameters) {
    const { inputWidth, outputWidth } = op;
    const stride = weightStride(op);
    const matrix = new Float64Array(outputWidth * inputWidth);
    for (let i = 0; i < outputWidth; i++) {
      const row = op.parameterOffset + i * stride;
      for (let j = 0; j < inputWidth; j++) matrix[i * inputWidth + j] = parameters[row + j];
    }
    return matrix;
  },

  gradient(op, inputs, outputCotangents, count, gradient) {
    const bias = biasOffset(op);
    let k = 0;
    for (; k + 4 <= count; k += 4) addProducts(op, inputs, outputCotangents, k, gradient);
    for (; k < count; k++) addProduct(op, inputs[k], outputCotangents[k], gradient);
    for (let i = 0; i < op.outputWidth; i++) {
      for (k = 0; k < count; k++) gradient[bias + i] += outputCotangents[k][i];
    }
  },
};

/** gradient += outputCotangent ⊗ input. */
function addProduct(
  op: Op<AffineOp>,
  input: Float64Array,
  outputCotangent: Float64Array,
  gradient: Float64Array,
): void {
  const stride = weightStride(op);
  for (let i = 0; i < op.outputWidth; i++) {
    const row = op.parameterOffset + i * stride;
    const c = outputCotangent[i];
    for (let j = 0; j < op.inputWidth; j++) gradient[row + j] += c * input[j];
  }
}

/** The same of the four samples from `k` on: the sum is loaded and stored once. */
function addProducts(
  op: Op<AffineOp>,
  inputs: readonly Float64Array[],
  outputCotangents: readonly Float64Array[],
  k: number,
  gradient: Float64Array,
): void {
  const { inputWidth, outputWidth } = op;
  const stride = weightStride(op);
  const [input0, input1, input2, input3] = inputs.slice(k, k + 4);
  const [cotangent0, cotangent1, cotangent2, cotangent3] = outputCotangents.slice(k, k + 4);
  for (let i = 0; i < outputWidth; i++) {
    const row = op.parameterOffset + i * stride;
    const c0 = cotangent0[i];
    const c1 = cotangent1[i];
    const c2 = cotangent2[i];
    const c3 = cotangent3[i];
    for (let j = 0; j < inputWidth; j++) {
      gradient[row + j] =
        gradient[row + j] + c0 * input0[j] + c1 * input1[j] + c2 * input2[j] + c3 * input3[j];
    }
  }
}

/** output = W input, four rows at a time: padding rows make that safe, and it is twice as fast. */
function multiply(
  op: Op<AffineOp>,
  parameters: ArrayLike<number>,
  input: Float64Array,
  output: Float64Array,
): void {
  const { inputWidth, outputWidth } = op;
  const stride = weightStride(op);
  for (let i = 0; i < outputWidth; i += BLOCK) {
    const row0 = op.parameterOffset + i * stride;
    const row1 = row0 + stride;
    const row2 = row1 + stride;
    const row3 = row2 + stride;
    let [sum0, sum1, sum2, sum3] = [0, 0, 0, 0];
    for (let j = 0; j < inputWidth; j++) {
      const x = input[j];
      sum0 += parameters[row0 + j] * x;
      sum1 += parameters[row1 + j] * x;
      sum2 += parameters[row2 + j] * x;
      sum3 += parameters[row3 + j] * x;
    }
    output[i] = sum0;
    if (i + 1 < outputWidth) output[i + 1] = sum1;
    if (i + 2 < outputWidth) output[i + 2] = sum2;
    if (i + 3 < outputWidth) output[i + 3] = sum3;
  }
}
