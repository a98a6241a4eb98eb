package io.elasticjob.console;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.core.Ordered;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.util.UrlPathHelper;

/** {@link ConsoleHeaders} on Spring MVC. */
public final class MvcConsoleHeaders extends OncePerRequestFilter implements Ordered {

    private final ConsoleHeaders headers;

    public MvcConsoleHeaders(ConsoleHeaders headers) {
        this.headers = headers;
    }

    /** After all security: who may not see the console learns nothing of it. */
    @Override
    public int getOrder() {
        return Ordered.LOWEST_PRECEDENCE - 10;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String path = UrlPathHelper.defaultInstance.getPathWithinServletMapping(request);
        if (path.isEmpty()) {
            path = UrlPathHelper.defaultInstance.getPathWithinApplication(request);
        }
        ConsoleHeaders.Answer answer = headers.of(path, request.getRequestURI()).orElse(null);
        if (answer != null) {
            answer.headers().forEach(response::setHeader);
            if (answer.status() != null) {
                response.setStatus(answer.status());
                return;
            }
        }
        chain.doFilter(request, response);
    }
}
