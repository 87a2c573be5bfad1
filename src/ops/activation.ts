import { ACTIVATIONS, activationCode } from '../math/activations.ts';
import type { ActivationOp, OpRules } from './op.ts';

/** y_i = g(x_i), elementwise; J = diag(g'(x)). No parameters. */
export const activation: OpRules<ActivationOp> = {
  name: 'activation',
  code: 1,
  elementwise: true,
  parameterLength: () => 0,
  shaderFields: (op) => ({ choice: activationCode(op.activation), factor: op.alpha }),

  forward(op, _parameters, input, output) {
    const { value } = ACTIVATIONS[op.activation];
    for (let i = 0; i < op.outputWidth; i++) output[i] = value(input[i], op.alpha);
  },

  tangent(op, _parameters, input, inputTangent, outputTangent) {
    const { slope } = ACTIVATIONS[op.activation];
    for (let i = 0; i < op.outputWidth; i++) {
      outputTangent[i] = slope(input[i], op.alpha) * inputTangent[i];
    }
  },

  cotangent(op, _parameters, input, outputCotangent, inputCotangent) {
    const { slope } = ACTIVATIONS[op.activation];
    for (let i = 0; i < op.inputWidth; i++) {
      inputCotangent[i] = slope(input[i], op.alpha) * outputCotangent[i];
    }
  },

  gradient() {},
};
