/**
 * The commands of `weir`. So far there is `weir version`: each further one comes with what it
 * commands. Arguments in, text and exit code out; the process is the caller's.
 */

import { Command, CommanderError, Option } from 'commander'
import { readVersion, showVersion, versionFormats } from './version.ts'

export interface Terminal {
  out(text: string): void
  err(text: string): void
}

const exitCodes = { done: 0, wrongUsage: 128 } as const

export function runCommand(args: readonly string[], terminal: Terminal): number {
  try {
    program(terminal).parse(args, { from: 'user' })
    return exitCodes.done
  } catch (error) {
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
    .addOption(output())
    .addHelpText('after', '\nExample:\n  weir version -o json')
    .action(({ output: format }) => terminal.out(showVersion(readVersion(), format)))
  return weir
}

function output(): Option {
  return new Option('-o, --output <format>', 'how to say it')
    .choices(versionFormats)
    .default('text')
}
