/** Methods that need gradients; the browser cannot compute them. */
export const gradientMethods = ['gradient', 'smoothgrad', 'integrated', 'grad-cam'] as const;
export type GradientMethod = (typeof gradientMethods)[number];
/** Methods that look into the network; `occlusion` only looks at its answers. */
export const innerMethods = ['visual-backprop', ...gradientMethods] as const;
export type InnerMethod = (typeof innerMethods)[number];
export const explainMethods = [...innerMethods, 'occlusion'] as const;
export type ExplainMethod = (typeof explainMethods)[number];
