/** Places of London; `parsePlaces()` explains the columns. Costs are in pounds. */
export const places = `
# Westminster
Westminster Abbey | sight | 51.4993 -0.1273 | 90 | 30 | morning midday afternoon | top book closed:sun | Kings were crowned here, and poets share a corner.
Big Ben | sight | 51.5007 -0.1246 | 25 | 0 | day evening | | Hear the great bell from the bridge at a full hour.
Churchill War Rooms | museum | 51.5022 -0.1293 | 90 | 33 | day | book | Maps and telephones remain as the staff left them in 1945.
St James's Park | nature | 51.5027 -0.1348 | 40 | 0 | day evening | | Pelicans on the lake, and a palace at either end.
Tate Britain | museum | 51.4911 -0.1278 | 80 | 0 | day | | Turner's light and five centuries of British art.

# St James's
National Gallery | museum | 51.5089 -0.1283 | 100 | 0 | day | top | From van Eyck to van Gogh, free, on Trafalgar Square.
National Portrait Gallery | museum | 51.5094 -0.1281 | 60 | 0 | day | | The faces of the country, from Tudors to pop stars.

# Soho
Covent Garden Market | shopping | 51.5117 -0.1228 | 50 | - | day evening | | Jugglers outside, small shops under the glass roof.
Liberty | shopping | 51.5139 -0.1401 | 45 | - | day | | A timbered department store, built from two old warships.
Chinatown | food | 51.5116 -0.1310 | 75 | 20 | lunch dinner | area | Dumplings and roast duck below the lanterns of Gerrard Street.
Old Compton Street | food | 51.5130 -0.1313 | 85 | 28 | dinner | area | Bistros, noodle bars and people at every window.
Ronnie Scott's | nightlife | 51.5135 -0.1315 | 110 | 45 | night | book | Small red lamps and big names of jazz since 1959.
Royal Opera House | entertainment | 51.5129 -0.1222 | 120 | 70 | night | book | Opera and the Royal Ballet beside the old flower hall.

# South Bank
Tate Modern | museum | 51.5076 -0.0994 | 100 | 0 | day evening | top | Modern art in a power station, with a free view from level ten.
Shakespeare's Globe | entertainment | 51.5081 -0.0972 | 110 | 28 | afternoon night | book | Stand in the yard of the round wooden playhouse.
Borough Market | food | 51.5055 -0.0910 | 60 | 16 | lunch | top closed:mon | Follow the smell of paella, toasties and fresh doughnuts.
London Eye | sight | 51.5033 -0.1196 | 45 | 30 | day evening | book | One slow turn of the wheel, 135 meters at the top.
Royal Festival Hall | entertainment | 51.5058 -0.1168 | 110 | 28 | night | book | Three resident orchestras, and foyers that are open all day.
Imperial War Museum | museum | 51.4958 -0.1086 | 90 | 0 | day | | Trench, home front and Holocaust galleries below hanging aircraft.
Bermondsey Street | food | 51.4998 -0.0820 | 85 | 30 | dinner | area | Tapas, pies and wine bars in old leather warehouses.

# City
Tower of London | sight | 51.5081 -0.0759 | 150 | 35 | morning afternoon | top book steep | Join a Yeoman Warder first, then see the crown jewels.
Tower Bridge | sight | 51.5055 -0.0754 | 60 | 16 | day | | Glass floors between the towers, and the old steam engines.
St Paul's Cathedral | sight | 51.5138 -0.0984 | 80 | 26 | day | closed:sun | Whisper along the wall of the gallery inside Wren's dome.
Sky Garden | sight | 51.5112 -0.0835 | 50 | 0 | day evening | book | Ferns and a view on the 35th floor, free with a booked time.
Leadenhall Market | food | 51.5128 -0.0835 | 55 | 16 | lunch | closed:sat closed:sun | Lunch with office workers under painted Victorian ironwork.
Barbican Centre | entertainment | 51.5202 -0.0938 | 110 | 30 | night | book | Concerts and theater inside a concrete maze with a lake.
Fabric | nightlife | 51.5196 -0.1026 | 120 | 25 | night | closed:mon closed:tue closed:wed closed:thu | Bass through the floor of an old meat store at Smithfield.

# Spitalfields
Old Spitalfields Market | food | 51.5197 -0.0755 | 60 | 14 | lunch | | Kitchens from ten countries between stalls of vintage clothes.
Brick Lane | food | 51.5219 -0.0717 | 80 | 20 | dinner | area | Curry houses, bagels at any hour, and walls full of paint.

# Bloomsbury
British Museum | museum | 51.5194 -0.1270 | 120 | 0 | morning midday afternoon | top book | Two million years of objects around the Great Court.
British Library | museum | 51.5299 -0.1277 | 60 | 0 | day | | Magna Carta and lyrics of the Beatles in one dim room.

# King's Cross
Coal Drops Yard | food | 51.5354 -0.1258 | 75 | 26 | lunch dinner | area | Restaurants in the arches of the old coal stores by the canal.

# Camden
Camden Market | food | 51.5414 -0.1463 | 65 | 14 | lunch | | Street food beside the lock, in stables full of stalls.
Regent's Park | nature | 51.5287 -0.1535 | 60 | 0 | day evening | | Twelve thousand roses bloom in Queen Mary's Gardens.
Primrose Hill | nature | 51.5396 -0.1607 | 40 | 0 | day evening | steep | A grassy top with the whole skyline in front of it.
Jazz Cafe | nightlife | 51.5388 -0.1432 | 110 | 26 | night | book | Soul and funk in a former bank, with a balcony for dinner.

# South Kensington
Victoria and Albert Museum | museum | 51.4966 -0.1722 | 110 | 0 | morning midday afternoon | top | Fashion, plaster casts and jewels, and a courtyard to rest in.
Natural History Museum | museum | 51.4967 -0.1764 | 110 | 0 | morning afternoon | | A blue whale dives through the cathedral-like hall.
Science Museum | museum | 51.4978 -0.1745 | 90 | 0 | day | | Steam engines, an Apollo capsule and things to try.
Harrods Food Halls | food | 51.4994 -0.1632 | 60 | 30 | lunch | | Tiled halls with counters for oysters, sushi and grill.
Royal Albert Hall | entertainment | 51.5009 -0.1774 | 120 | 45 | night | book | The round hall of the Proms, with a different show each week.

# Kensington
Kensington Gardens | nature | 51.5067 -0.1745 | 60 | 0 | day evening | | Peter Pan's statue, the Italian fountains, and the Serpentine.
Kensington Palace | sight | 51.5053 -0.1877 | 75 | 25 | day | closed:mon closed:tue | State rooms, royal dresses and a sunken garden.

# Greenwich, day trip
Royal Observatory | museum | 51.4779 -0.0015 | 70 | 24 | day | steep | Stand with a foot in each half of the world.
Cutty Sark | museum | 51.4829 -0.0096 | 60 | 22 | day | | Walk under the copper hull of the fastest tea clipper.
National Maritime Museum | museum | 51.4809 -0.0053 | 75 | 0 | day | | Nelson's coat, figureheads and voyages of discovery.
Painted Hall | sight | 51.4829 -0.0057 | 50 | 17 | day | | Forty thousand square feet of painting took nineteen years.
Greenwich Market | food | 51.4816 -0.0091 | 60 | 13 | lunch | | Crafts and hot dishes under one glass roof.
Trafalgar Tavern | food | 51.4844 -0.0046 | 80 | 28 | dinner | | Fish and chips in bay windows above the Thames.
`;
