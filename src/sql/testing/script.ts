/**
 * Test support: scripts of questions and answers. A line that begins with `> ` asks; the indented
 * lines below are the answer. Comments and blank lines are kept.
 */

export type AnswerOf = (question: string) => readonly string[]

const QUESTION = '> '
const ANSWER = '  '

/** The script with the answers that are given now. */
export function replayed(script: string, answerOf: AnswerOf): string {
  const lines = script.split('\n').filter(line => !line.startsWith(ANSWER))
  return lines
    .flatMap(line => (line.startsWith(QUESTION) ? [line, ...answers(line, answerOf)] : [line]))
    .join('\n')
}

const answers = (line: string, answerOf: AnswerOf) =>
  answerOf(line.slice(QUESTION.length)).map(answer => ANSWER + answer)
