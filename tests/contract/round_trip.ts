// What a front end does first, with nothing but the types made of our document: node round_trip.js ADDRESS
import createClient from "openapi-fetch";
import type { paths } from "./api.js";

declare const process: { argv: [string, string, string] };

const client = createClient<paths>({ baseUrl: process.argv[2], headers: { Authorization: "Bearer here" } });

function must(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(what);
}

const registered = await client.POST("/v1/items", {
  params: { header: { "Idempotency-Key": "round-trip" } },
  body: {
    kind: "special_work",
    title: "示例专项工作",
    source: "县政府常务会议",
    received_on: "2016-03-01",
    deadline_on: "2016-12-31",
  },
});
must(registered.data !== undefined, JSON.stringify(registered.error));
const { id, number } = registered.data;

const read = await client.GET("/v1/items/{item_id}", { params: { path: { item_id: id } } });
must(read.data?.number === number, "what was registered is read");

const amended = await client.PATCH("/v1/items/{item_id}", {
  params: { path: { item_id: id }, header: { "if-match": read.response.headers.get("ETag") ?? "" } },
  body: { title: "示例专项工作（调整）", reason: "会议调整" },
});
must(amended.data?.title === "示例专项工作（调整）", JSON.stringify(amended.error));

const listed = await client.GET("/v1/items", { params: { query: { limit: 100 } } });
must(listed.data?.data.some((each) => each.id === id) ?? false, "it is in the list");

const refused = await client.GET("/v1/items/{item_id}", { params: { path: { item_id: crypto.randomUUID() } } });
must(refused.error?.code === "not_found", "a refusal has its code");
console.log(number);
