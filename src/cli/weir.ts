#!/usr/bin/env node
/** The `weir` command as the package installs it: this process's arguments, streams, exit code. */

import { runCommand } from './command.ts'

process.exitCode = runCommand(process.argv.slice(2), {
  out: text => process.stdout.write(text),
  err: text => process.stderr.write(text),
})
