// stdin: a list of cases, each a list of documents; stdout: for each case the tree that quicktype infers.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const load = createRequire(process.cwd() + "/");
const { InputData, jsonInputForTargetLanguage, quicktype } = load("quicktype-core");

async function schema(documents) {
  const input = jsonInputForTargetLanguage("schema");
  await input.addSource({ name: "Document", samples: documents.map((one) => JSON.stringify(one)) });
  const inputData = new InputData();
  inputData.addInput(input);
  const { lines } = await quicktype({ inputData, lang: "schema" });
  return JSON.parse(lines.join("\n"));
}

function tree(node, definitions, depth = 0) {
  if (depth > 12) return { kind: "leaf" };
  if (node.$ref) return tree(definitions[node.$ref.split("/").pop()], definitions, depth);
  const options = (node.anyOf ?? []).filter((one) => one.type !== "null");
  if (options.length === 1) return tree(options[0], definitions, depth);
  const below = (one) => tree(one, definitions, depth + 1);
  if (node.type === "array") return { kind: "array", value: below(node.items ?? {}) };
  if (node.type !== "object") return { kind: "leaf" };
  if (node.properties)
    return { kind: "record", members: Object.entries(node.properties).map(([name, one]) => [name, below(one)]) };
  return typeof node.additionalProperties === "object"
    ? { kind: "map", value: below(node.additionalProperties) }
    : { kind: "record", members: [] };
}

const trees = [];
for (const documents of JSON.parse(readFileSync(0, "utf8"))) {
  const found = await schema(documents);
  trees.push(tree(found, found.definitions ?? {}));
}
process.stdout.write(JSON.stringify(trees));
