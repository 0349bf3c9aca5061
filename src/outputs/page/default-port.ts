/** Port of the page, unless another is set. */
export const defaultPagePort = 5580;
