/** Methods that need the way back through a network; the browser cannot compute them. */
export const gradientMethods = ['gradient', 'smoothgrad', 'integrated', 'grad-cam'] as const;
export type GradientMethod = (typeof gradientMethods)[number];
/** Methods that look into the network; `occlusion` looks at its answers alone. */
export const innerMethods = ['visual-backprop', ...gradientMethods] as const;
export type InnerMethod = (typeof innerMethods)[number];
export const explainMethods = [...innerMethods, 'occlusion'] as const;
export type ExplainMethod = (typeof explainMethods)[number];
