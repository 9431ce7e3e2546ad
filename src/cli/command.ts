/**
 * The commands of `weir`: arguments in, text and exit code out; the process is the caller's. Each
 * command comes with what it commands.
 */

import { Command, CommanderError } from 'commander'
import { CommandFailure, type ExitCode, exitCodes } from './exit.ts'
import { jobCommand } from './job.ts'
import { logCommand } from './log.ts'
import { nodeCommand } from './node.ts'
import { type Format, outputOption, type Terminal } from './output.ts'
import { raftCommand } from './raft.ts'
import { readVersion, showVersion } from './version.ts'

export async function runCommand(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  try {
    await program(terminal).parseAsync(args, { from: 'user' })
    return exitCodes.done
  } catch (error) {
    if (error instanceof CommandFailure) {
      terminal.err(`weir: ${error.message}\n`)
      return error.exitCode
    }
    if (!(error instanceof CommanderError)) throw error
    // Asked-for help ends the parser by an error of its own, with the code of success.
    return error.exitCode === 0 ? exitCodes.done : exitCodes.wrongUsage
  }
}

function program(terminal: Terminal): Command {
  const weir = new Command('weir')
    .description('A stream processor whose state is replicated while it is being computed')
    .exitOverride()
    .showSuggestionAfterError()
    .showHelpAfterError('(weir --help lists the commands)')
    .configureOutput({
      writeOut: text => terminal.out(text),
      writeErr: text => terminal.err(text),
    })
  weir
    .command('version')
    .description('say which Weir this is, and on which Node it runs')
    .addOption(outputOption())
    .addHelpText('after', '\nExample:\n  weir version -o json')
    .action(({ output }: { output: Format }) => terminal.out(showVersion(readVersion(), output)))
  for (const make of [nodeCommand, logCommand, jobCommand, raftCommand]) {
    weir.addCommand(inherited(make(terminal), weir))
  }
  return weir
}

/** Commands that are made apart have none of their parent's ways. */
function inherited(command: Command, parent: Command): Command {
  command.copyInheritedSettings(parent)
  for (const one of command.commands) inherited(one, command)
  return command
}
