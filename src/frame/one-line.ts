/** Longer lines are not read. */
const mostCharacters = 1500;

/** Characters of control, line ends of Unicode's own, and those that turn the direction of writing. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out.
const steering = / *[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+ */g;

/**
 * Text as one line that can be shown anywhere. What is quoted of a file may hold line breaks, and characters by which a
 * terminal is written to or steered: each run of them becomes a space. Of a long text the middle is left out.
 */
export function oneLine(text: string): string {
  const line = text.replaceAll(steering, ' ');
  if (line.length <= mostCharacters) return line;
  return `${line.slice(0, mostCharacters - 200)} … ${line.slice(-190)}`;
}
