/** Empty: a class map does not fit a line, and its fields are not in the message that the line is made from. */
export const summariseSegmentation = (): string => '';
