/** Longer lines are not read. */
const mostCharacters = 1500;

/** Control characters, Unicode's own line ends, and characters that change the direction of writing. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out.
const steering = / *[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+ */g;

/**
 * Returns text as one line that can be shown anywhere. Text quoted from a file may hold line breaks and characters that
 * control a terminal: each run of them becomes a space. The middle of a long text is left out.
 */
export function oneLine(text: string): string {
  const line = text.replaceAll(steering, ' ');
  if (line.length <= mostCharacters) return line;
  return `${line.slice(0, mostCharacters - 200)} … ${line.slice(-190)}`;
}
