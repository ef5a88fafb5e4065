// What a parser of the npm registry sees in a feed, as JSON: `node --input-type=module - PACKAGE ADDRESS ETAG`,
// with this file as its input and the folder of the packages as its working directory.

const [, , name, address, etag] = process.argv;

const parsers = {
  "rss-parser": async (text) => {
    const { default: Parser } = await import("rss-parser");
    const { items } = await new Parser().parseString(text);
    return items.map((item) => ({
      id: item.guid ?? item.id,
      title: item.title,
      link: item.link,
      date: item.isoDate,
      content: item["content:encoded"] ?? item.content,
    }));
  },
  feedsmith: async (text) => {
    const { parseFeed } = await import("feedsmith");
    const { format, feed } = parseFeed(text);
    const shapes = {
      rss: (item) => ({ id: item.guid.value, link: item.link, date: item.pubDate, content: item.content.encoded }),
      atom: (entry) => ({
        id: entry.id,
        link: entry.links.find((link) => !link.rel).href,
        date: entry.published,
        content: entry.content.value,
      }),
      json: (item) => ({ id: item.id, link: item.url, date: item.date_published, content: item.content_html }),
    };
    return (feed.items ?? feed.entries ?? []).map((item) => ({
      title: item.title?.value ?? item.title,
      ...shapes[format](item),
    }));
  },
  "@extractus/feed-extractor": async (text) => {
    const { extractFromJson, extractFromXml } = await import("@extractus/feed-extractor");
    const body = (item) => item["content:encoded"] ?? item.content?.["#text"] ?? item.content_html;
    const options = { getExtraEntryFields: (item) => ({ content: body(item) }) };
    const { entries } = text.startsWith("{") ? extractFromJson(text, options) : extractFromXml(text, options);
    return entries.map(({ id, title, link, published, content }) => ({ id, title, link, date: published, content }));
  },
};

const answer = await fetch(address, { headers: etag ? { "If-None-Match": etag } : {} });
if (answer.status !== 200 && answer.status !== 304) throw new Error(`${address}: ${answer.status}`);
const entries = answer.status === 304 ? [] : await parsers[name](await answer.text());
console.log(
  JSON.stringify({
    etag: answer.headers.get("etag"),
    entries: entries.map((entry) => ({ ...entry, date: new Date(entry.date).toISOString() })),
  }),
);
