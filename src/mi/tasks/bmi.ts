import { additiveUniformTask } from "./additive.ts";
import { denseCovariance, gaussianTask, pairedCovariance } from "./gaussian.ts";
import {
  asinh,
  bimodalX,
  bimodalY,
  halfCube,
  identity,
  spiral,
  swissRoll,
  toUniform,
  wigglyX,
  wigglyY,
} from "./maps.ts";
import { studentTask } from "./student.ts";
import type { Task } from "./task.ts";
import { transformedTask } from "./transformed.ts";

const uniform = (base: Task): Task =>
  transformedTask(`normal_cdf-${base.id}`, `${base.summary}, marginals made uniform`, base, toUniform);
const halfCubed = (base: Task): Task =>
  transformedTask(`half_cube-${base.id}`, `${base.summary}, through x·√|x|`, base, halfCube);
const arsinh = (base: Task): Task => transformedTask(`asinh-${base.id}`, `${base.summary}, through asinh`, base, asinh);
const spiralled = (base: Task): Task =>
  transformedTask(`spiral-${base.id}`, `${base.summary}, along a spiral`, base, spiral(0, 1), spiral(1, 2));

const dense = (n: number): Task =>
  gaussianTask(`multinormal-dense-${n}-${n}-0.5`, `${n} × ${n} normal, all correlations ½`, denseCovariance(n, 0.5), n);
/** Two latent variables of deviation 2 in unit noise, and unit variance: correlation 4/5. */
const sparse = (n: number): Task =>
  gaussianTask(
    `multinormal-sparse-${n}-${n}-2-2.0`,
    `${n} × ${n} normal, two pairs of correlation 0.8`,
    pairedCovariance(n, 2, 0.8),
    n,
  );
const student = (n: number, freedom: number): Task =>
  studentTask(
    `student-identity-${n}-${n}-${freedom}`,
    `${n} × ${n} Student, ${freedom} degrees of freedom, no correlation`,
    pairedCovariance(n, 0, 0),
    n,
    freedom,
  );

const binormal = gaussianTask("1v1-normal-0.75", "normal, correlation 0.75", pairedCovariance(1, 1, 0.75), 1);
const unit = uniform(binormal);
const sizes = [3, 5, 25];

/**
 * bmi's forty tasks, under bmi's ids. The samples are drawn from our own random numbers: distributions are the same, samples are not.
 *
 * Source: Czyż et al., Beyond Normal: On the Evaluation of Mutual Information Estimators (2023).
 */
export const bmiTasks: readonly Task[] = [
  binormal,
  unit,
  additiveUniformTask("1v1-additive-0.1", 0.1),
  additiveUniformTask("1v1-additive-0.75", 0.75),
  transformedTask("1v1-bimodal-0.75", "normal, marginals made mixtures of two", unit, bimodalX, bimodalY),
  transformedTask(`wiggly-${binormal.id}`, `${binormal.summary}, through sums of sines`, binormal, wigglyX, wigglyY),
  halfCubed(binormal),
  student(1, 1),
  arsinh(student(1, 1)),
  transformedTask(`swissroll_x-${unit.id}`, `${unit.summary}, x rolled up in the plane`, unit, swissRoll, identity),
  ...[2, 3, 5, 25, 50].map(dense),
  ...[2, 3, 5, 25].map(sparse),
  student(2, 1),
  student(2, 2),
  student(3, 2),
  student(3, 3),
  student(5, 2),
  student(5, 3),
  ...sizes.map((n) => uniform(sparse(n))),
  ...sizes.map((n) => halfCubed(sparse(n))),
  ...sizes.map((n) => spiralled(sparse(n))),
  ...sizes.map((n) => spiralled(uniform(sparse(n)))),
  arsinh(student(2, 1)),
  arsinh(student(3, 2)),
  arsinh(student(5, 2)),
];
