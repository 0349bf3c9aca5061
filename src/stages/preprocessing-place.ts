/** Providers with their own memory, to which a frame of bytes travels faster than a tensor of floats. */
const deviceProviders: readonly string[] = ['cuda', 'tensorrt'];

/** As in a pipeline file; `auto` is the device for providers that have one. */
export type PreprocessChoice = 'auto' | 'host' | 'device';

/** Where frames are preprocessed for a network that runs on `provider`. */
export function preprocessingPlace(choice: PreprocessChoice, provider: string): 'host' | 'device' {
  if (choice !== 'auto') return choice;
  return deviceProviders.includes(provider) ? 'device' : 'host';
}
