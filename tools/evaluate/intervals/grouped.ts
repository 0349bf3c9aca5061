/** Values by group, in the order in which the groups first appeared. */
export class Grouped<Value> {
  readonly #groups = new Map<string, Value>();
  readonly #make: () => Value;

  constructor(make: () => Value) {
    this.#make = make;
  }

  of(group: string): Value {
    const value = this.#groups.get(group) ?? this.#make();
    this.#groups.set(group, value);
    return value;
  }

  get values(): Value[] {
    return [...this.#groups.values()];
  }
}
