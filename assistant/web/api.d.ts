// What the review page sends to the server and gets from it, for the type checker only.
// Written by `python -m tests.web.api_types` from the API's description; a test holds it against that.

declare namespace Api {
  interface Again {
    task: ReviewTask;
  }

  interface AnswerResult {
    outcome: string;
    message: string;
    review_id?: number | null;
    right?: boolean | null;
    known?: string[] | null;
    explanation?: string | null;
  }

  interface Answering {
    token: number;
    labels: string[];
    note?: string;
    clauses?: string[];
    seconds?: number;
    changed?: boolean;
    accepted_suggestion?: boolean | null;
    key: string;
    uncovered_ms?: number | null;
    active_ms?: number | null;
    instead_of?: string[];
  }

  interface Beat {
    held: boolean;
  }

  interface ClaimedLease {
    token: number;
  }

  interface ClaimedTasks {
    tasks: ReviewTask[];
    pause: Pause | null;
    spent: string[];
    rounds: OpenRound[];
  }

  interface Claiming {
    n?: number;
    resume?: boolean;
    have?: string[];
  }

  interface Colleague {
    name: string;
    display_name: string;
  }

  interface Colleagues {
    colleagues: Colleague[];
  }

  interface CurrentSession {
    desk: string;
    csrf: string;
  }

  interface Escalating {
    token: number;
    note: string;
    uncovered_ms?: number | null;
  }

  interface HandingOver {
    token: number;
    to?: string;
    note?: string;
    uncovered_ms?: number | null;
  }

  interface HandoverNote {
    kind: string;
    note: string;
  }

  interface LastAnswer {
    review_id: number;
    assignment_id: string | null;
    item_id: string;
    labels: string[];
    created_at: string;
  }

  interface LastAnswers {
    answers: LastAnswer[];
  }

  interface OpenRound {
    language: string;
    asked: number;
    state: QualificationState | null;
  }

  interface OwnRound {
    language: string;
  }

  interface Pause {
    reason: string;
    minutes: number;
    severe: number;
  }

  interface Picture {
    name: string;
    here: boolean;
  }

  type QualificationState = "running" | "passed" | "failed";

  interface Remark {
    role: string;
    text: string;
  }

  interface ReviewPreferences {
    keys?: "own" | "label_studio" | "prodigy";
    remapped?: Record<string, string[]>;
    tap?: boolean;
    cover_all?: boolean;
    at_once?: boolean;
  }

  interface ReviewTask {
    assignment_id: string;
    task_id: string;
    token: number;
    lease_seconds: number;
    kind: string;
    blind: boolean;
    item: ShownItem;
    severity: number | null;
    veil: Veil;
    policy: Record<string, string>;
    labels: ShownLabel[];
    label_kind: string;
    needs_clause: string[];
    clauses: ShownClause[];
    suggestion: Suggestion | null;
    translation: Translation | null;
    passed: HandoverNote[];
  }

  interface RoundShown {
    id: number;
    policy_id: string;
    policy_version: string;
    language: string;
    state: QualificationState;
    asked: number;
    right: number;
    created_at: string;
    decided_at: string | null;
  }

  interface Saved {
    saved: boolean;
  }

  interface ShownClause {
    id: string;
    title: string;
    text: string;
    labels: string[];
    cited: boolean;
    quote: string | null;
  }

  interface ShownItem {
    id: string;
    kind: string;
    language: string;
    direction: string;
    text: string;
    text_length: number;
    query: string | null;
    context: Remark[];
    turns: Remark[];
    media: Picture[];
    source: string | null;
  }

  interface ShownLabel {
    name: string;
    title: string;
    definition: string;
    severity: number;
    key: string | null;
  }

  interface ShownPrecedent {
    id: string;
    text: string;
    labels: string[];
  }

  interface SimilarPrecedents {
    precedents: ShownPrecedent[];
  }

  type SkipReason = "too_hard" | "language" | "broken" | "distressing" | "conflict" | "other";

  interface Skipping {
    token: number;
    reason: SkipReason;
    note?: string;
    uncovered_ms?: number | null;
  }

  interface Suggestion {
    labels: string[];
    confidence: number | null;
    words: string;
    cited: string[];
    rationale: string | null;
  }

  interface TextPart {
    text: string;
    next_offset: number | null;
  }

  interface Translation {
    text: string;
    language: string;
  }

  type Veil = "none" | "blur" | "veil";
}
