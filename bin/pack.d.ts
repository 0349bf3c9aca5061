export function makePackages(): Promise<{ rigDir: string; toolsDir: string }>;
