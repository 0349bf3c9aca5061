import type { Command } from 'commander';
import { didYouMean } from '../src/text/nearest-word.js';

/** Commander's message for an option or argument that is not one of the choices. */
const choicePattern =
  /(?:argument '([^']*)' is invalid\.|argument value '([^']*)' is invalid for argument '[^']*'\.) Allowed choices are (.*)\.$/;

/** A line of commander, with the most likely intended word added if it does not suggest one. */
export function withHint(line: string, command: Command): string {
  const choice = choicePattern.exec(line);
  if (choice !== null) {
    const [, ofOption, ofArgument, known] = choice;
    return `${line}${didYouMean(ofOption ?? ofArgument ?? '', known!.split(', '))}`;
  }
  // A command that also runs without a subcommand takes a misspelt one for an argument.
  const [word] = command.args;
  if (command.commands.length === 0 || word === undefined || !line.startsWith('too many arguments'))
    return line;
  const names = command.commands.map((each) => each.name());
  return `expected one of ${names.join(', ')}, found '${word}'${didYouMean(word, names)}`;
}
