import type { Command } from 'commander';
import { didYouMean } from '../src/text/nearest-word.js';

/** How commander says that a word is none of the choices, of an option or of an argument. */
const choicePattern =
  /(?:argument '([^']*)' is invalid\.|argument value '([^']*)' is invalid for argument '[^']*'\.) Allowed choices are (.*)\.$/;

/** A line of commander with the word that was most likely meant, where it does not say that itself. */
export function withHint(line: string, command: Command): string {
  const choice = choicePattern.exec(line);
  if (choice !== null) {
    const [, ofOption, ofArgument, known] = choice;
    return `${line}${didYouMean(ofOption ?? ofArgument ?? '', known!.split(', '))}`;
  }
  // A command that also runs without one of its own takes a misspelt one for an argument.
  const [word] = command.args;
  if (command.commands.length === 0 || word === undefined || !line.startsWith('too many arguments'))
    return line;
  const names = command.commands.map((each) => each.name());
  return `expected one of ${names.join(', ')}, found '${word}'${didYouMean(word, names)}`;
}
