import { GradientError } from "../tensor/errors.ts";
import * as kind from "../tensor/kinds.ts";
import { stack } from "../tensor/ops/concat.ts";
import { zeros } from "../tensor/ops/creation.ts";
import { reshape } from "../tensor/ops/reshape.ts";
import { parameters } from "../tensor/parameters.ts";
import type { Shape } from "../tensor/shape.ts";
import { sizeOf } from "../tensor/shape.ts";
import { captureSite } from "../tensor/site.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { formatType, hostLeaf, isTensor } from "../tensor/tensor.ts";
import { grad } from "./grad.ts";
import { jacobian } from "./jacobian.ts";
import { linearize } from "./linearize.ts";

const checkHessian = parameters("hessian", { f: kind.callback });

/**
 * All second derivatives of a scalar function by its first argument, one tensor: the Jacobian of the gradient. For small arguments;
 * {@link hvp} multiplies by it at any size.
 *
 * @param f - returns an f32 scalar. Its first argument is one f32 tensor x.
 * @returns a function that gives `(…x, …x)`.
 * @throws GradientError as grad.
 * @example
 * ```ts
 * import { evaluateReference, hessian, pow, sum, tensor } from "deconfound";
 * import type { Tensor } from "deconfound";
 * const h = hessian((x: Tensor) => sum(pow(x, 3)))(tensor([1, 2]));
 * console.log(String(await evaluateReference(h).data())); // 6,0,0,12
 * ```
 */
export function hessian<T extends AnyTensor, Rest extends readonly unknown[]>(
  f: (x: T, ...rest: Rest) => AnyTensor,
): (x: T, ...rest: Rest) => AnyTensor {
  checkHessian(arguments);
  return (x, ...rest) => {
    checkOneTensor("hessian", x);
    return jacobian((at: T) => grad((y: T) => f(y, ...rest))(at) as AnyTensor)(x) as AnyTensor;
  };
}

const checkJacfwd = parameters("jacfwd", { f: kind.callback });

/**
 * All first derivatives of a tensor-valued function by its first argument, one tensor, one forward pass per *input* element: for few
 * inputs. {@link jacobian} makes one backward pass per output element.
 *
 * @param f - returns one f32 tensor y. Its first argument is one f32 tensor x.
 * @returns a function that gives `(…y, …x)`.
 * @throws GradientError if f does not return an f32 tensor, or x is not one.
 * @example
 * ```ts
 * import { evaluateReference, jacfwd, square, tensor } from "deconfound";
 * import type { Tensor } from "deconfound";
 * const j = jacfwd((x: Tensor) => square(x))(tensor([1, -3]));
 * console.log(String(await evaluateReference(j).data())); // 2,0,0,-6
 * ```
 */
export function jacfwd<T extends AnyTensor, Rest extends readonly unknown[]>(
  f: (x: T, ...rest: Rest) => AnyTensor,
): (x: T, ...rest: Rest) => AnyTensor {
  checkJacfwd(arguments);
  return (x, ...rest) => {
    checkOneTensor("jacfwd", x);
    const { value, pushforward } = linearize((at: T) => f(at, ...rest), x);
    if (!isTensor(value) || value.dtype !== "f32") {
      throw new GradientError(
        `jacfwd: the function returns ${isTensor(value) ? formatType(value) : "no tensor"}, not f32`,
        ["return one f32 tensor"],
        captureSite(),
      );
    }
    const columns = Array.from({ length: sizeOf(x.shape) }, (_, i) => {
      const basis = new Float32Array(sizeOf(x.shape));
      basis[i] = 1;
      return pushforward(hostLeaf(x, basis) as T) as AnyTensor;
    });
    const whole = [...value.shape, ...x.shape];
    return columns.length === 0 ? zeros(whole) : reshape<AnyTensor, Shape>(stack(columns, { axis: -1 }), whole);
  };
}

function checkOneTensor(name: string, x: unknown): void {
  if (isTensor(x)) return;
  throw new GradientError(`${name}: argument 0 is no tensor`, ["expects one f32 tensor"], captureSite());
}
