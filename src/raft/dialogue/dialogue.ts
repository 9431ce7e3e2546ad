/**
 * Test support: plays a script to a group of replicas and gives back what was seen, block by block.
 * Pure: the same script gives the same output.
 */

import { asks } from './asks.ts'
import { Command } from './command.ts'
import { founding } from './founding.ts'
import { Group } from './group.ts'
import type { Handlers } from './handler.ts'
import type { Line, Script } from './script.ts'
import { ScriptError } from './script.ts'
import { storage } from './storage.ts'
import { time } from './time.ts'
import { traffic } from './traffic.ts'
import { views } from './views.ts'

const handlers: Handlers = { ...founding, ...time, ...traffic, ...storage, ...asks, ...views }

export function play(file: string, script: Script): readonly (readonly string[])[] {
  const group = new Group()
  return script.blocks.map(block => {
    const lines = block.commands.flatMap(line => [...perform(file, group, line)])
    return lines.length > 0 ? lines : ['(nothing)']
  })
}

function perform(file: string, group: Group, line: Line): readonly string[] {
  const command = new Command(line.text)
  const handler = Object.hasOwn(handlers, command.name) ? handlers[command.name] : undefined
  if (handler === undefined) throw new ScriptError(file, line.at, `what is '${command.name}'?`)
  group.quiet = command.quiet
  try {
    handler(group, command)
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    throw new ScriptError(file, line.at, problem, error)
  }
  const [unread] = command.unread()
  if (unread !== undefined) {
    throw new ScriptError(file, line.at, `${command.name} knows no '${unread}'`)
  }
  return group.takeLines()
}
