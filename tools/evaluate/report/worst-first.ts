/**
 * Returns the `most` worst items, the worst first, at most one per key: ten pictures of one sign show no more than one.
 * Equally bad items keep their order.
 */
export function worstFirst<Item>(
  items: readonly Item[],
  badnessOf: (item: Item) => number,
  keyOf: (item: Item) => string,
  most: number,
): Item[] {
  const chosen = new Map<string, Item>();
  for (const item of items.toSorted((a, b) => badnessOf(b) - badnessOf(a))) {
    if (chosen.size >= most) break;
    if (!chosen.has(keyOf(item))) chosen.set(keyOf(item), item);
  }
  return [...chosen.values()];
}
