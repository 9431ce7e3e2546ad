/**
 * The `weir` command as a process: its arguments, streams, exit code. Started by bin/weir.cjs,
 * which sets what must be set before the first file is read.
 */

import { runCommand } from './command.ts'
import { sayingTo } from './stream.ts'

/** What is still open when a command has ended, a failed node's port say, may keep it so long. */
const ENDING_MS = 500

process.exitCode = await runCommand(process.argv.slice(2), {
  out: sayingTo(process.stdout),
  err: sayingTo(process.stderr),
})
setTimeout(() => process.exit(), ENDING_MS).unref()
