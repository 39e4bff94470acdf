/** Families whose kernels are matrix products. */
export const productFamilies = ["matmul", "conv2d", "conv2dInputGradient", "conv2dWeightGradient"] as const;

/** One of {@link productFamilies}. */
export type ProductFamily = (typeof productFamilies)[number];

/**
 * `count` matrix products, each `rows` × `depth` by `depth` × `columns`. Of a convolution: products are groups and, of a strided input
 * gradient, residues of pixels; rows pixels; depth taps × source channels; columns result channels. Of its weight gradient: rows taps ×
 * channels, depth pixels.
 */
export interface ProductShape {
  readonly count: number;
  readonly rows: number;
  readonly depth: number;
  readonly columns: number;
}
