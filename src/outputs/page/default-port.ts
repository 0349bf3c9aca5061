/** Where the page is, unless it is told otherwise. */
export const defaultPagePort = 5580;
