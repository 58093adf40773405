"""A request for languages that have no official client: their own HTTP, and JSON.

Java has it since version 11 (the text block since 15), Swift in Foundation. Without a
word of the version Java would ask a plain server for HTTP/2 and be refused.
"""

from playground.web.code import google, openai
from playground.web.code.said import Said, indented

WORDS = {"openai": openai, "google": google}


def files_of(said: Said) -> tuple[str, ...]:
    return (*said.pictures, *([said.mask] if said.mask else []))


def headers_of(said: Said) -> dict[str, str]:
    return {"Content-Type": "application/json", **said.headers}


def java(said: Said) -> str:
    words = WORDS[said.dialect]
    body = words.body(said).replace("\\", "\\\\").replace('"""', '\\"""')
    filled = "".join(
        f'\n                .replace("<{name}>", {words.before(name)}encoded("{name}"))'
        for name in files_of(said)
    )
    headers = "".join(
        f'\n                .header("{name}", "{one}")'
        for name, one in headers_of(said).items()
    )
    return f'''import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
{JAVA_READS if files_of(said) else ""}
public class Easel {{
    public static void main(String[] arguments) throws Exception {{
        var body = """
                {indented(body, 16)}
                """{filled};
        var request = HttpRequest.newBuilder(URI.create("{said.origin}{words.path(said)}"))
                .header("Authorization", "Bearer " + System.getenv("EASEL_API_KEY")){headers}
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        var client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        var answer = client.send(request, HttpResponse.BodyHandlers.ofString());
        System.out.println(answer.body());
    }}
{JAVA_ENCODES if files_of(said) else ""}}}'''


JAVA_READS = """import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
"""
JAVA_ENCODES = """
    static String encoded(String name) throws Exception {
        return Base64.getEncoder().encodeToString(Files.readAllBytes(Path.of(name)));
    }
"""


def swift(said: Said) -> str:
    words = WORDS[said.dialect]
    filled = "".join(
        f'\n    .replacingOccurrences(of: "<{name}>",'
        f' with: {words.before(name)}encoded("{name}"))'
        for name in files_of(said)
    )
    headers = "".join(
        f'request.setValue("{one}", forHTTPHeaderField: "{name}")\n'
        for name, one in headers_of(said).items()
    )
    return f'''import Foundation
#if canImport(FoundationNetworking)
import FoundationNetworking
#endif
{SWIFT_ENCODES if files_of(said) else ""}
let key = ProcessInfo.processInfo.environment["EASEL_API_KEY"] ?? ""
let body = #"""
{words.body(said)}
"""#{filled}
var request = URLRequest(url: URL(string: "{said.origin}{words.path(said)}")!)
request.httpMethod = "POST"
request.httpBody = Data(body.utf8)
request.setValue("Bearer \\(key)", forHTTPHeaderField: "Authorization")
{headers}let (answer, _) = try await URLSession.shared.data(for: request)
print(String(decoding: answer, as: UTF8.self))'''


SWIFT_ENCODES = """
func encoded(_ name: String) -> String {
    try! Data(contentsOf: URL(fileURLWithPath: name)).base64EncodedString()
}
"""
