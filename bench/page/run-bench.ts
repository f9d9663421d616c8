/** Ends the process where the bench fails: what it has started must not keep it. */
export function runBench(bench: () => Promise<void>): void {
  bench().catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
}
