package io.elasticjob.console;

import io.elasticjob.codec.Json;
import io.elasticjob.engine.JobEngine;
import io.elasticjob.view.EngineStatus;
import java.security.Principal;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.EndpointAccessResolver;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.WebEndpoint;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.Resource;
import org.springframework.util.MimeType;

/**
 * The pages of the console, as an endpoint: exposed, protected and mapped as all endpoints of Spring Boot are. What they show
 * and change goes through the endpoint {@code elasticjob}, with its rules.
 */
@WebEndpoint(id = ElasticJobConsoleEndpoint.ID)
public class ElasticJobConsoleEndpoint {

    static final String ID = "elasticjobconsole";

    private static final String CONTEXT = "context.json";
    private static final MimeType JSON = MimeType.valueOf("application/json");

    private final ConsoleFiles files;
    private final ConsoleSettings settings;
    private final Supplier<Optional<JobEngine>> engine;
    private final Supplier<@Nullable PathMappedEndpoints> endpoints;
    private final EndpointAccessResolver access;

    /**
     * @param engine empty where there is none; never blocks
     * @param endpoints of this application, once they are known; null where there are none
     */
    public ElasticJobConsoleEndpoint(
            ConsoleFiles files,
            ConsoleSettings settings,
            Supplier<Optional<JobEngine>> engine,
            Supplier<@Nullable PathMappedEndpoints> endpoints,
            EndpointAccessResolver access) {
        this.files = files;
        this.settings = settings;
        this.engine = engine;
        this.endpoints = endpoints;
        this.access = access;
    }

    /** The page, one of its files, or what the pages ask for first. */
    @ReadOperation(produces = {"text/html", "application/json", "text/javascript", "text/css", "image/svg+xml"})
    public WebEndpointResponse<Resource> read(
            SecurityContext security, @Selector(match = Selector.Match.ALL_REMAINING) String... path) {
        String asked = String.join("/", path);
        if (asked.isEmpty() || asked.equals("index.html")) {
            PathMappedEndpoints known = endpoints.get();
            String api =
                    known == null ? "../elasticjob" : ConsoleAddresses.of(known).api();
            return answer(files.index(api), files.indexType());
        }
        if (asked.equals(CONTEXT)) {
            return answer(Json.write(context(security)), JSON);
        }
        return files.find(asked)
                .map(file -> answer(file.content(), file.type()))
                .orElseGet(() -> new WebEndpointResponse<>(WebEndpointResponse.STATUS_NOT_FOUND));
    }

    private static WebEndpointResponse<Resource> answer(byte[] content, MimeType type) {
        return new WebEndpointResponse<>(new ByteArrayResource(content), WebEndpointResponse.STATUS_OK, type);
    }

    /** Who asks, whom, and what may be asked for. */
    private Map<String, Object> context(SecurityContext security) {
        Map<String, Object> context = new LinkedHashMap<>();
        context.put("pages", files.version());
        Principal principal = security.getPrincipal();
        context.put("user", principal == null || principal.getName() == null ? "" : principal.getName());
        context.put(
                "access",
                access.accessFor(ConsoleAddresses.API, Access.READ_ONLY).name());
        context.put("title", settings.title());
        context.put("links", settings.links());
        context.put("locales", files.locales());
        context.put("logUrl", settings.logUrl());
        context.put("traceUrl", settings.traceUrl());
        String version = JobEngine.class.getPackage().getImplementationVersion();
        context.put("version", version == null ? "" : version);
        engine.get().ifPresent(present -> {
            EngineStatus status = present.status();
            context.put("namespace", present.namespaceName());
            context.put("instance", status.instanceName());
            context.put("instanceId", status.instance().orElse(""));
            context.put("connected", status.isConnected());
            status.away()
                    .ifPresent(away -> context.put("awaySince", away.since().toString()));
        });
        return context;
    }
}
