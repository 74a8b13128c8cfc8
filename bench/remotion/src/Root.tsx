import React from "react";
import { AbsoluteFill, Composition, interpolate, useCurrentFrame } from "remotion";

const FONTS = `@font-face{font-family:"Tour Sans";src:local("Noto Sans Regular")}
@font-face{font-family:"Tour Sans";font-weight:bold;src:local("Noto Sans Bold")}
*{text-rendering:geometricPrecision}`;

const PAGE: React.CSSProperties = {
  background: "linear-gradient(135deg,#0b1d3a,#2456a6)",
  color: "#fff",
  fontFamily: '"Tour Sans"',
  overflow: "hidden",
};

const CARD: React.CSSProperties = {
  margin: "40px 60px",
  padding: 40,
  background: "#fff",
  color: "#222",
  borderRadius: 16,
  boxShadow: "0 8px 40px #0006",
  fontSize: 28,
};

const SENTENCE = "Save your team twenty hours per week with automation. ";

const Tour = () => {
  const seconds = useCurrentFrame() / 30;
  const scrolled = interpolate(seconds, [0, 1.5, 5, 6.5, 10], [0, 700, 700, 1400, 1400]);
  return (
    <AbsoluteFill style={PAGE}>
      <style>{FONTS}</style>
      <div style={{ position: "absolute", top: 0, left: 0, width: 1920, transform: `translateY(${-scrolled}px)` }}>
        <header style={{ padding: 60, fontSize: 64 }}>Hello there</header>
        {Array.from({ length: 30 }, (_, i) => (
          <div key={i} style={CARD}>
            <h2>Feature {i}</h2>
            <p>{SENTENCE.repeat(6)}</p>
          </div>
        ))}
      </div>
    </AbsoluteFill>
  );
};

export const Root = () => (
  <Composition id="tour" component={Tour} durationInFrames={300} fps={30} width={1920} height={1080} />
);
