import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.cloudevents.CloudEvent;
import io.cloudevents.kafka.CloudEventDeserializer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * A department's own system, as small as it can be: handles what its unit is dispatched, through Kafka and intake.
 *
 * <p>Every step follows from one fact on {@code dispatch.<unit>}, and its ids are made from that fact's id. So nothing
 * is kept here: after a crash the fact is read again, and what was said already is said again under the same ids, to
 * the same end.
 */
public final class Department implements AutoCloseable {
    private static final String UNIT = System.getenv("UNIT");
    private static final String OFFICER = "0001";
    private static final Duration PAUSE = Duration.ofSeconds(1);
    /** How long intake may take to learn that a ticket is ours. */
    private static final Duration NOT_YET = Duration.ofSeconds(30);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();
    private final KafkaProducer<String, String> producer =
            new KafkaProducer<>(login(Map.of("acks", "all")), new StringSerializer(), new StringSerializer());
    private final KafkaConsumer<String, CloudEvent> consumer =
            new KafkaConsumer<>(login(reading()), new StringDeserializer(), new CloudEventDeserializer());
    private final Set<String> finished = new HashSet<>();

    /** Intake takes no text of ours about a complaint: its ticket has gone to another unit. */
    private static final class NotOursException extends Exception { }

    public static void main(String[] arguments) throws Exception {
        boolean limited = arguments.length == 2 && arguments[0].equals("--tickets");
        try (Department department = new Department()) {
            department.work(limited ? Integer.parseInt(arguments[1]) : Integer.MAX_VALUE);
        }
    }

    /** Handle what is dispatched, until so many tickets are finished. */
    private void work(int tickets) throws Exception {
        consumer.subscribe(List.of("dispatch." + UNIT));
        while (finished.size() < tickets) {
            for (ConsumerRecord<String, CloudEvent> record : consumer.poll(PAUSE)) {
                take(record.value());
                TopicPartition at = new TopicPartition(record.topic(), record.partition());
                consumer.commitSync(Map.of(at, new OffsetAndMetadata(record.offset() + 1)));
                if (finished.size() >= tickets) {
                    return;
                }
            }
        }
    }

    /** Do what follows from a fact; one that is not about a ticket of ours, or not known here, is passed over. */
    private void take(CloudEvent event) throws Exception {
        JsonNode fact = JSON.readTree(event.getData().toBytes());
        if (!UNIT.equals(fact.path("unit").asText())) {
            return;
        }
        try {
            step(event, fact);
        } catch (NotOursException error) {
            say("%s seems to be no longer ours; a person must look", fact, "ticket_id");
        }
    }

    /** Do what follows from a fact about a ticket of ours. */
    private void step(CloudEvent event, JsonNode fact) throws Exception {
        switch (event.getType()) {
            case "ticket.dispatched.v1" -> accept(event, fact);
            case "ticket.accepted.v1" -> contact(event, fact);
            case "contact.attempted.v1" -> finish(event, fact);
            case "action.applied.v1" -> applied(fact);
            case "action.refused.v1" ->
                say("%s of %s was refused: %s; a person must look", fact, "action", "ticket_id", "code");
            default -> { }
        }
    }

    /** Look at the complaint, and take the ticket; if it is no longer ours, that is what we are answered. */
    private void accept(CloudEvent event, JsonNode fact) throws Exception {
        JsonNode complaint = ask(request("/v1/complaints/" + text(fact, "complaint_id") + "?purpose=handling").GET());
        if (complaint != null) {
            int length = complaint.at("/content/text").asText().length();
            say("%s has come: a complaint of " + length + " characters", fact, "ticket_id");
        }
        act(event, fact, JSON.createObjectNode().put("action", "accept"));
    }

    /** Call the reporter. The time of the call is that of its note: said again, it is the same. */
    private void contact(CloudEvent event, JsonNode fact) throws Exception {
        JsonNode note = write(event, fact, "note", "已电话联系反映人，核实了情况。");
        act(event, fact, JSON.createObjectNode()
                .put("action", "contact")
                .put("method", "phone")
                .put("reached", true)
                .put("attempted_at", text(note, "written_at"))
                .put("note_id", text(note, "text_id")));
    }

    /** Give the reply, and say what was done. */
    private void finish(CloudEvent event, JsonNode fact) throws Exception {
        JsonNode reply = write(event, fact, "reply", "您反映的事项已经办理完毕，结果可到窗口领取。");
        JsonNode done = write(event, fact, "note", "已补齐缺少的证明并完成受理。");
        act(event, fact, JSON.createObjectNode()
                .put("action", "finish")
                .put("reply_id", text(reply, "text_id"))
                .put("done_id", text(done, "text_id"))
                .put("cause", "materials-unclear"));
    }

    /** An action of ours was carried out, or had been already. */
    private void applied(JsonNode fact) {
        say("%s of %s was applied: %s, version %s", fact, "action", "ticket_id", "state", "version");
        if (text(fact, "action").equals("finish")) {
            finished.add(text(fact, "ticket_id"));
        }
    }

    /** Ask for an action, decided on how the ticket was after the fact; returns when Kafka has it. */
    private void act(CloudEvent event, JsonNode fact, ObjectNode what) throws Exception {
        String ticket = text(fact, "ticket_id");
        ObjectNode asked = JSON.createObjectNode()
                .put("action_id", idFrom(event.getId() + " " + text(what, "action")))
                .put("ticket_id", ticket)
                .put("officer", OFFICER)
                .<ObjectNode>set("version", fact.get("version"))
                .set("do", what);
        producer.send(new ProducerRecord<>("actions." + UNIT, ticket, JSON.writeValueAsString(asked))).get();
    }

    /** The same UUID for the same fact and step, whenever it is asked for. */
    private static String idFrom(String step) {
        return UUID.nameUUIDFromBytes(step.getBytes(StandardCharsets.UTF_8)).toString();
    }

    /** Seal a text with intake, once for each fact and kind, and give what is known of it. */
    private JsonNode write(CloudEvent event, JsonNode fact, String kind, String said) throws Exception {
        String body = JSON.writeValueAsString(Map.of("kind", kind, "text", said));
        JsonNode written = ask(request("/v1/complaints/" + text(fact, "complaint_id") + "/texts")
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", kind + "-" + event.getId())
                .POST(HttpRequest.BodyPublishers.ofString(body)));
        if (written == null) {
            throw new NotOursException();
        }
        return written;
    }

    private static HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(System.getenv("INTAKE_URL") + path))
                .header("Authorization", "Bearer " + System.getenv("INTAKE_KEY"))
                .timeout(Duration.ofSeconds(10));
    }

    /** What intake answers, however long it is away; null when it says no for longer than it may not know us. */
    private JsonNode ask(HttpRequest.Builder request) throws Exception {
        long end = System.nanoTime() + NOT_YET.toNanos();
        while (true) {
            HttpResponse<String> answer = once(request.build());
            int status = answer == null ? 503 : answer.statusCode();
            if (status == 403 && System.nanoTime() > end) {
                return null;
            }
            if (status < 300) {
                return JSON.readTree(answer.body());
            }
            if (status != 403 && status != 429 && status < 500) {
                throw new IllegalStateException(status + " " + JSON.readTree(answer.body()).path("code").asText());
            }
            Thread.sleep(PAUSE.toMillis());
        }
    }

    /** One answer of intake; null when there is none. */
    private HttpResponse<String> once(HttpRequest request) throws InterruptedException {
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException error) {
            System.out.println("intake is away: " + error.getClass().getSimpleName());
            return null;
        }
    }

    private static String text(JsonNode said, String name) {
        return said.path(name).asText();
    }

    /** Tell the operator: ids, codes and numbers, never what people wrote. */
    private static void say(String form, JsonNode fact, String... names) {
        Object[] said = List.of(names).stream().map(name -> text(fact, name)).toArray();
        System.out.println(String.format(form, said));
    }

    private static Map<String, Object> reading() {
        return Map.of("group.id", "unit." + UNIT, "auto.offset.reset", "earliest", "enable.auto.commit", "false");
    }

    /** How the unit signs in at Kafka. */
    private static Map<String, Object> login(Map<String, Object> more) {
        String user = "username=\"unit." + UNIT + "\" password=\"" + System.getenv("PASSWORD") + "\";";
        Map<String, Object> all = new HashMap<>(more);
        all.put("bootstrap.servers", System.getenv("BOOTSTRAP"));
        all.put("security.protocol", System.getenv().getOrDefault("SECURITY", "SASL_PLAINTEXT"));
        all.put("sasl.mechanism", "SCRAM-SHA-256");
        all.put("sasl.jaas.config", "org.apache.kafka.common.security.scram.ScramLoginModule required " + user);
        return all;
    }

    @Override
    public void close() {
        producer.close();
        consumer.close();
    }
}
